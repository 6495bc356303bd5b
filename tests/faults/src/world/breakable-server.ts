import { setTimeout as delay } from 'node:timers/promises';
import type { LocalServer } from './local-servers.js';

/** A server that a row may kill, freeze and start again, always on the same port and data folder. */
export interface BreakableServer {
  readonly address: string;
  readonly port: number;
  /** Of the process that runs now. */
  readonly pid: () => number;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: the connections stay open and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Asks it to end in order. */
  stop(): Promise<void>;
  /** After `kill` or `stop`; resolves when it answers again. */
  start(): Promise<void>;
}

const PORT_FREE_WITHIN_MS = 30_000;

/** Starts a server on a free port, and keeps that port through restarts. */
export async function openBreakableServer(start: (port: number) => Promise<LocalServer>): Promise<BreakableServer> {
  let server = await start(0);
  const { address, port } = server;

  async function startAgain(): Promise<void> {
    const deadline = Date.now() + PORT_FREE_WITHIN_MS;
    for (;;) {
      server = await start(port);
      if (server.port === port) return;
      // The system has not given the port back yet, so it took another one.
      await server.stop();
      if (Date.now() > deadline) throw new Error(`port ${port} stays taken`);
      await delay(100);
    }
  }

  return {
    address,
    port,
    pid: () => server.pid,
    async kill() {
      signal(server, 'SIGKILL');
      await server.exited;
      await server.stop();
    },
    freeze: () => signal(server, 'SIGSTOP'),
    thaw: () => signal(server, 'SIGCONT'),
    async stop() {
      // A frozen process does not hear the wish to end.
      signal(server, 'SIGCONT');
      await server.stop();
    },
    start: startAgain,
  };
}

function signal({ pid }: LocalServer, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
