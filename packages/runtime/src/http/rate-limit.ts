import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import type { HttpServer } from './create-http-server.js';
import { HttpError } from './http-error.js';

const { normalizeIP } = rateLimit;

/** A second, in ms: the span that `perSecond` is of. */
const WINDOW_MS = 1_000;

/** Limits how often one caller may ask: by the key where it is right, else by the address; routes with `rateLimit: false` are left out. */
export async function addRateLimit(server: HttpServer, perSecond: number): Promise<void> {
  await server.register(rateLimit, {
    max: perSecond,
    timeWindow: WINDOW_MS,
    // Only a key that is right names a caller: else any number of made-up keys would each have a limit of its own.
    keyGenerator: (request) => request.caller?.name ?? addressOf(request),
    errorResponseBuilder: (_request, { max }) =>
      new HttpError(429, 'rate-limited', `at most ${max} requests a second; wait for retry-after seconds`),
  });
}

/** The address that a request came from; of IPv6 the network (/64), which is what one customer has of it. */
export function addressOf({ ip }: Pick<FastifyRequest, 'ip'>): string {
  return normalizeIP(ip);
}

/** A limit on guessing a secret. */
export interface GuessLimit {
  /** Guesses that one address may get wrong in the window. */
  readonly max: number;
  readonly windowMs: number;
}

/**
 * Counts wrong guesses by address, on a server with a rate limit. The function that it gives counts one where `isWrong`, and answers how many
 * seconds the address has to wait: 0 = none.
 */
export function limitGuesses(server: HttpServer, { max, windowMs }: GuessLimit) {
  const look = server.createRateLimit({ max, timeWindow: windowMs, keyGenerator: addressOf });
  return async (request: FastifyRequest, isWrong: boolean): Promise<number> => {
    const found = await look(request, { increment: isWrong });
    return !found.isAllowed && found.isExceeded ? found.ttlInSeconds : 0;
  };
}
