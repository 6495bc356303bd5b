import type { Config } from './load-config.js';

const HIDDEN = '[redacted]';

/** An address without the user and password in it, for logs and messages. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return HIDDEN;
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.host}${parsed.pathname === '/' ? '' : parsed.pathname}`;
}

/** The configuration as it may be logged: secrets replaced, everything else as it is. */
export function redacted(config: Config): Record<string, unknown> {
  const { sasl, ssl } = config.kafka;
  return {
    ...config,
    kafka: {
      brokers: config.kafka.brokers,
      ssl: ssl !== false,
      ...(sasl && { sasl: { mechanism: sasl.mechanism, username: sasl.username, password: HIDDEN } }),
    },
    redis: { url: redactUrl(config.redis.url), cluster: config.redis.cluster },
    apiKeys: config.apiKeys.map(({ role }) => `${role}:${HIDDEN}`),
    consolePassword: config.consolePassword === undefined ? undefined : HIDDEN,
    consoleReadPassword: config.consoleReadPassword === undefined ? undefined : HIDDEN,
  };
}
