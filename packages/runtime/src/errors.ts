import { isRedisNotNow } from './redis-not-now.js';

/** One thing wrong with the configuration: the variable, and what was expected of it. Never holds a secret. */
export interface ConfigFault {
  readonly variable: string;
  readonly expected: string;
}

/** The configuration cannot be used; carries every fault, not just the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super(`configuration: ${faults.map(({ variable, expected }) => `${variable}: ${expected}`).join('; ')}`);
    this.faults = faults;
  }
}

/** May succeed when tried again later (a dependency is away, a lock is held). */
export class RetriableError extends Error {
  override readonly name = 'RetriableError';
}

/** Will not succeed however often it is tried; ends what it is thrown in. */
export class FatalError extends Error {
  override readonly name = 'FatalError';
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * Whether an operation that failed with this error may be tried again. Decided by our own types first, then by what the
 * libraries say (`retriable` of a Kafka error, network codes, Redis replies), then by the cause. Anything else is unknown,
 * and unknown is not retriable: it stops the process instead of hiding a mistake in a loop.
 */
export function isRetriable(error: unknown): boolean {
  if (error instanceof RetriableError) return true;
  if (error instanceof FatalError || error instanceof ConfigError || !(error instanceof Error)) return false;
  if ('retriable' in error && typeof error.retriable === 'boolean') return error.retriable;
  if ('code' in error && typeof error.code === 'string' && NETWORK_CODES.has(error.code)) return true;
  if (isRedisNotNow(error)) return true;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isRetriable);
  return isRetriable(error.cause);
}

/** The words of an error for people: its message, or the messages of those it stands for (a connection tried on two addresses). */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}
