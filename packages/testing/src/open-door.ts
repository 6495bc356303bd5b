import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can freeze, as the server would: connections and bytes are taken, and nothing comes back before it thaws. */
export interface Door {
  readonly port: number;
  freeze(): void;
  /** What has waited goes on its way. */
  thaw(): void;
  close(): void;
}

export interface DoorOptions {
  /** host:port */
  readonly to: string;
  /** Changes what the server says, in place: the address that it tells to its clients, say. */
  readonly translate?: (bytes: Buffer) => void;
}

export async function openDoor({ to, translate }: DoorOptions): Promise<Door> {
  const [host = '', port] = to.split(':');
  const sockets = new Set<Socket>();
  let isFrozen = false;

  function lead(from: Socket, into: Socket, each?: (bytes: Buffer) => void): void {
    sockets.add(from);
    from.on('data', (bytes: Buffer) => {
      each?.(bytes);
      into.write(bytes);
    });
    from.on('error', () => from.destroy());
    from.on('close', () => {
      sockets.delete(from);
      into.destroy();
    });
    if (isFrozen) from.pause();
  }

  const server = createServer((near) => {
    const far = connect({ host, port: Number(port) });
    lead(near, far);
    lead(far, near, translate);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
