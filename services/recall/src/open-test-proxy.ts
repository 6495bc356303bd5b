import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** For tests only: a way to a server that can be cut, or fall silent, and be mended. */
export async function openTestProxy(host: string, port: number) {
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  const server = createServer((near) => {
    if (state === 'cut') return void near.destroy();
    const far = connect(port, host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => state === 'open' && to.write(bytes));
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    drop();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    cut(): void {
      state = 'cut';
      drop();
    },
    fallSilent(): void {
      state = 'silent';
    },
    mend(): void {
      // Bytes that were swallowed are gone for good: only new connections are whole.
      if (state === 'silent') drop();
      state = 'open';
    },
  };
}
