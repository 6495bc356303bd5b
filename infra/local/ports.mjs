import { createServer } from 'node:net';

/**
 * A port of 127.0.0.1 that nobody listens on: the preferred one, else any. Somebody may take it before it is used, so
 * who starts a server on it tries again with another.
 *
 * @param {number} [preferred] 0 for any
 * @returns {Promise<number>}
 */
export async function freePort(preferred) {
  const port = (await listens(preferred ?? 0)) ?? (await listens(0));
  if (port === undefined) throw new Error('no free port on 127.0.0.1');
  return port;
}

/**
 * @param {number} port 0 for any
 * @returns {Promise<number | undefined>} the port, free again; undefined when it is taken
 */
function listens(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined));
    });
  });
}
