import { HttpError, secretsEqual, type HttpServer } from '@click-recall/runtime';

export const CONSOLE_USER = 'admin';

/** Asks for the password (HTTP basic) on every route that is not open, and refuses changes that another site makes a browser send. */
export function addPasswordGate(server: HttpServer, password: string): void {
  server.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.open) return;
    if (!isAllowed(request.headers.authorization, password)) {
      reply.header('www-authenticate', 'Basic realm="click-recall", charset="UTF-8"');
      throw new HttpError(401, 'unauthorized', `expected the user ${CONSOLE_USER} and the password of the console`);
    }
    // A browser sends the password along whoever made the request; it also says who did.
    const site = request.headers['sec-fetch-site'];
    if (request.method !== 'GET' && request.method !== 'HEAD' && site !== undefined && site !== 'same-origin') {
      throw new HttpError(403, 'forbidden', 'changes are only accepted from the console itself');
    }
  });
}

function isAllowed(header: string | undefined, password: string): boolean {
  const [scheme, credentials] = (header ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic' || credentials === undefined) return false;
  return secretsEqual(Buffer.from(credentials, 'base64').toString('utf8'), `${CONSOLE_USER}:${password}`);
}
