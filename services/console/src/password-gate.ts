import { errorBody, secretsEqual, type HttpServer } from '@click-recall/runtime';

export const CONSOLE_USER = 'admin';

/** Asks for the password (HTTP basic) on every route that is not open, and refuses changes that another site makes a browser send. */
export function addPasswordGate(server: HttpServer, password: string): void {
  // Answers by itself instead of throwing: the dashboard brings an error handler with a form of its own.
  server.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.open) return;
    if (!isAllowed(request.headers.authorization, password)) {
      reply.header('www-authenticate', 'Basic realm="click-recall", charset="UTF-8"');
      const message = `expected the user ${CONSOLE_USER} and the password of the console`;
      return reply.code(401).send(errorBody('unauthorized', message));
    }
    // A browser sends the password along whoever made the request; it also says who did.
    const site = request.headers['sec-fetch-site'];
    if (request.method !== 'GET' && request.method !== 'HEAD' && site !== undefined && site !== 'same-origin') {
      return reply.code(403).send(errorBody('forbidden', 'changes are only accepted from the console itself'));
    }
    return undefined;
  });
}

function isAllowed(header: string | undefined, password: string): boolean {
  const [scheme, credentials] = (header ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic' || credentials === undefined) return false;
  return secretsEqual(Buffer.from(credentials, 'base64').toString('utf8'), `${CONSOLE_USER}:${password}`);
}
