import { connect } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { testServers } from './servers.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('names a Redis and a Kafka that accept connections', async () => {
  const { kafkaBrokers, redisUrl } = testServers();
  for (const address of [...kafkaBrokers, new URL(redisUrl).host]) {
    await expect(accepts(address)).resolves.toBe(true);
  }
});

it('says what to do when a server is not named', () => {
  vi.stubEnv('KAFKA_BROKERS', '');
  expect(() => testServers()).toThrow(/KAFKA_BROKERS is not set/);
});

function accepts(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
