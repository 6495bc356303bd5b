import { expect, it } from 'vitest';
import { connectionFromEnvironment } from './connection-from-environment.js';

const SASL = { KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_USERNAME: 'ada', KAFKA_SASL_PASSWORD: 'pass-W0rd' };

it('reads how to reach a pipeline, and nothing else of the environment', () => {
  const env = { NAMESPACE: 'shop', KAFKA_BROKERS: 'a:1,b:2', KAFKA_SSL: 'true', ...SASL, LOG_LEVEL: 'of my own' };
  expect(connectionFromEnvironment(env)).toEqual({
    namespace: 'shop',
    brokers: ['a:1', 'b:2'],
    ssl: true,
    sasl: { mechanism: 'plain', username: 'ada', password: 'pass-W0rd' },
  });
});

it('takes the defaults of a pipeline where nothing is set', () => {
  expect(connectionFromEnvironment({})).toEqual({ namespace: 'click-recall', brokers: ['127.0.0.1:9092'], ssl: false });
});

it('names every variable that cannot be used, and no secret', () => {
  const env = { ...SASL, KAFKA_SASL_MECHANISM: 'none', KAFKA_BROKERS: 'nowhere' };
  expect(() => connectionFromEnvironment(env)).toThrow(/KAFKA_BROKERS.*KAFKA_SASL_MECHANISM/s);
  expect(() => connectionFromEnvironment(env)).not.toThrow('pass-W0rd');
});
