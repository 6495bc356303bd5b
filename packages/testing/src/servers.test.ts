import { connect } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { testServers } from './servers.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('names a Redis and a Kafka that accept connections', async () => {
  const { kafkaBrokers, redisUrl } = testServers();
  for (const address of [...kafkaBrokers, new URL(redisUrl).host]) {
    const [host = '', port] = address.split(':');
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host, port: Number(port) }, () => {
        socket.destroy();
        resolve();
      });
      socket.once('error', reject);
    });
  }
});

it('says what to do when a server is not named', () => {
  vi.stubEnv('KAFKA_BROKERS', '');
  expect(() => testServers()).toThrow(/KAFKA_BROKERS is not set/);
});
