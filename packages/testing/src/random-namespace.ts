import { randomBytes } from 'node:crypto';

/**
 * A namespace that no other test uses, valid in Redis keys, Kafka topics, groups and queue names.
 *
 * @param prefix says in the servers' listings where it comes from
 */
export function randomNamespace(prefix = 'test'): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`;
}
