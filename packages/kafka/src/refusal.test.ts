import { expect, it } from 'vitest';
import { isConnectionError } from './kafka-errors.js';
import { refusalOf } from './refusal.js';

const setup = {
  brokers: ['a:1', 'b:2'],
  sasl: { mechanism: 'scram-sha-512', username: 'ada', password: 'pass-W0rd' },
} as const;

function loginFailed(how: string): Error {
  return Object.assign(new Error(how), { name: 'KafkaJSSASLAuthenticationError', retriable: false });
}

// The real broker says the rest: infra/src/security/kafka-security.test.ts.

it.each([
  'Closed connection',
  'Connection error: read ECONNRESET',
  'Request SaslAuthenticate(key: 36, version: 1) timed out',
])('a login in whose middle the connection ended is none that was refused: %s', (how) => {
  const error = loginFailed(`SASL SCRAM SHA512 authentication failed: ${how}`);
  expect(refusalOf(error, setup)).toBeUndefined();
  expect(isConnectionError(error)).toBe(true);
});

it('names brokers, user and variables, and not the password', () => {
  const error = loginFailed('SASL PLAIN authentication failed: bad pass-W0rd');
  expect(isConnectionError(error)).toBe(false);
  const message = refusalOf(error, setup)?.message;
  expect(message).toBe(
    'Kafka at a:1,b:2 refuses the user ada or its password (SCRAM-SHA-512): look at KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM',
  );
});

it('says nothing of errors that are no refusals', () => {
  expect(refusalOf(new Error('another one'), setup)).toBeUndefined();
  expect(refusalOf('text', setup)).toBeUndefined();
});
