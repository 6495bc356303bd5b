import { messageOf, redisRefusalOf, type RedisRefused } from '@click-recall/runtime';
import { address, doorOf, type ConnectionSettings } from './connection.js';

export interface JobsLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A connection that is gone raises an error at every attempt, on every queue: the same one is said once in this time. */
const REPEAT_AFTER_MS = 60_000;

/** A listener for BullMQ's `error` events. `onRefused` is told each time that the server does not let us in. */
export function errorLog(
  logger: JobsLogger,
  settings: ConnectionSettings,
  onRefused?: (refusal: RedisRefused) => void,
): (error: Error) => void {
  const saidAt = new Map<string, number>();
  return (error) => {
    const now = Date.now();
    const refusal = redisRefusalOf(error, doorOf(settings));
    if (refusal) onRefused?.(refusal);
    const text = messageOf(refusal ?? error);
    if (now - (saidAt.get(text) ?? -Infinity) < REPEAT_AFTER_MS) return;
    if (saidAt.size >= 100) saidAt.clear();
    saidAt.set(text, now);
    logger.warn({ error: text }, `the job queues at Redis ${address(settings)} report an error: ${text}`);
  };
}
