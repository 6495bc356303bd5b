import { ConfigError } from '../errors.js';
import type { HttpServer } from './create-http-server.js';

export interface ListenOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** The environment variable that sets the port, to be named when it is taken. */
  readonly variable: string;
}

/**
 * Starts to listen; every route must be there. Gives the address, e.g. `http://127.0.0.1:8080`.
 *
 * @throws ConfigError when the port is taken or the address is not this machine's
 */
export async function listen(server: HttpServer, { host, port, variable }: ListenOptions): Promise<string> {
  try {
    const address = await server.listen({ host, port, listenTextResolver: (at) => `listening on ${at}` });
    return address;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new ConfigError([
        { variable, expected: `port ${port} of ${host} is taken, choose another (0 = any free one)` },
      ]);
    }
    if (code === 'EACCES')
      throw new ConfigError([{ variable, expected: `port ${port} needs privileges, choose one above 1023` }]);
    if (code === 'EADDRNOTAVAIL')
      throw new ConfigError([{ variable: 'LISTEN_HOST', expected: `${host} is no address of this machine` }]);
    throw error;
  }
}
