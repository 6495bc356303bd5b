import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.js';
import { redacted, redactUrl } from './redacted.js';

describe('redacted', () => {
  it('keeps what is of use and no secret', () => {
    const config = loadConfig({
      REDIS_URL: 'redis://u:redis-pass@h:1/2',
      API_KEYS: 'read:an-api-key',
      CONSOLE_PASSWORD: 'console-pass',
      CONSOLE_READ_PASSWORD: 'console-pass-2',
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'me',
      KAFKA_SASL_PASSWORD: 'sasl-pass',
    });
    const text = JSON.stringify(redacted(config));
    expect(text).not.toMatch(/redis-pass|an-api-key|console-pass|sasl-pass/);
    expect(text).toContain('redis://h:1/2');
    expect(text).toContain('"username":"me"');
  });
});

describe('redactUrl', () => {
  it('drops user, password, query and an empty path', () => {
    expect(redactUrl('rediss://u:p@cache:6380/?token=x')).toBe('rediss://cache:6380');
  });

  it('shows nothing of what is no address', () => {
    expect(redactUrl('p4ssw0rd')).toBe('[redacted]');
  });
});
