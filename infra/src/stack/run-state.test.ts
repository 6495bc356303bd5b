import { loadConfig, withoutServers } from '@click-recall/runtime';
import { expect, it } from 'vitest';
import { connectionOf } from './run-state.js';

it('the pipeline that runs here is reached as it was started, whatever a shell says of other servers', () => {
  const started = { KAFKA_BROKERS: 'a:1', REDIS_URL: 'redis://:secret@b:2', REDIS_CLUSTER: '' };
  const state = connectionOf(started, loadConfig(started));
  const shell = { REDIS_CLUSTER: 'true', KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'x', LOG_LEVEL: 'debug' };
  const { redis, kafka, logLevel } = loadConfig(withoutServers(shell), state);
  expect(redis).toEqual({ url: 'redis://:secret@b:2', cluster: false });
  expect(kafka.brokers).toEqual(['a:1']);
  expect(kafka.sasl).toBeUndefined();
  expect(logLevel).toBe('debug');
});
