import { address, type ConnectionSettings } from './connection.js';

export interface JobsLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A connection that is gone raises an error at every attempt, on every queue: the same one is said once in this time. */
const REPEAT_AFTER_MS = 60_000;

/** A listener for BullMQ's `error` events. */
export function errorLog(logger: JobsLogger, settings: ConnectionSettings): (error: Error) => void {
  const saidAt = new Map<string, number>();
  return (error) => {
    const now = Date.now();
    const text =
      error instanceof AggregateError && !error.message
        ? error.errors.map(String).join('; ')
        : error.message || error.name;
    if (now - (saidAt.get(text) ?? -Infinity) < REPEAT_AFTER_MS) return;
    if (saidAt.size >= 100) saidAt.clear();
    saidAt.set(text, now);
    logger.warn({ error: text }, `the job queues at Redis ${address(settings)} report an error: ${text}`);
  };
}
