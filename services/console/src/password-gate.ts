import { errorBody, limitGuesses, secretsEqual, type GuessLimit, type HttpServer } from '@click-recall/runtime';
import type { IncomingHttpHeaders } from 'node:http';
import type { ConsoleConfig } from './config.js';

/** The users of the console. A viewer looks and changes nothing. */
export type ConsoleUser = 'admin' | 'viewer';

/** Who asks; undefined on a route that is open. */
export type UserOf = (request: object) => ConsoleUser | undefined;

/** An address that has sent more wrong passwords is refused until the window is over, the right one too, or guessing would go on. */
const GUESSES: GuessLimit = { max: 10, windowMs: 60_000 };

/**
 * Asks for a password (HTTP basic) on every route that is not open. Refuses whatever changes something to a viewer, and to everybody
 * where another site made the browser send it.
 */
export function addPasswordGate(
  server: HttpServer,
  { adminPassword, viewerPassword }: Pick<ConsoleConfig, 'adminPassword' | 'viewerPassword'>,
): UserOf {
  const waitFor = limitGuesses(server, GUESSES);
  const users = new WeakMap<object, ConsoleUser>();
  const known: [ConsoleUser, string | undefined][] = [
    ['admin', adminPassword],
    ['viewer', viewerPassword],
  ];

  // Answers by itself instead of throwing: the dashboard brings an error handler with a form of its own.
  server.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.open) return undefined;
    const given = credentialsOf(request.headers.authorization);
    // All are compared, whoever asks.
    const fitting = known.filter(
      ([name, password]) => password !== undefined && secretsEqual(given ?? '', `${name}:${password}`),
    );
    const user = fitting[0]?.[0];
    const seconds = await waitFor(request, given !== undefined && user === undefined);
    if (seconds > 0) {
      reply.header('retry-after', seconds);
      return refuse(
        reply,
        429,
        'rate-limited',
        'too many wrong passwords from this address; wait for retry-after seconds',
      );
    }
    if (user === undefined) {
      reply.header('www-authenticate', 'Basic realm="click-recall", charset="UTF-8"');
      return refuse(reply, 401, 'unauthorized', 'expected a user of the console and the password');
    }
    users.set(request, user);
    if (request.method === 'GET' || request.method === 'HEAD') return undefined;
    if (user === 'viewer') return refuse(reply, 403, 'forbidden', 'the user viewer may look and change nothing');
    if (isFromElsewhere(request.headers)) {
      return refuse(reply, 403, 'forbidden', 'changes are only accepted from the console itself');
    }
    return undefined;
  });
  return (request) => users.get(request);
}

interface Reply {
  code(status: number): { send(body: unknown): unknown };
}

function refuse(reply: Reply, status: number, code: string, message: string): unknown {
  return reply.code(status).send(errorBody(code, message));
}

/** `user:password`; undefined where none came along. */
function credentialsOf(header: string | undefined): string | undefined {
  const [scheme, credentials] = (header ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic' || credentials === undefined) return undefined;
  return Buffer.from(credentials, 'base64').toString('utf8');
}

/**
 * A browser sends the password along whoever made the request; it also says who did: by `sec-fetch-site` over TLS and on this machine, else by
 * `origin`. What sends neither is no browser.
 */
function isFromElsewhere(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin';
  const { origin, host } = headers;
  return origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host);
}
