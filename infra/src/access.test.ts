import { connect, createServer, type AddressInfo } from 'node:net';
import { createLogger, loadConfig } from '@click-recall/runtime';
import { randomNamespace, testServers } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { openPipeline } from './access.js';

/** A way to the test server on which the first connections are made so late. */
async function slowWay(redisUrl: string, delaysMs: readonly number[]): Promise<string> {
  const { hostname, port } = new URL(redisUrl);
  let connections = 0;
  const proxy = createServer((client) => {
    connections += 1;
    client.pause().on('error', () => client.destroy());
    const onward = (): void => {
      const server = connect(Number(port), hostname);
      server.on('error', () => client.destroy());
      client.pipe(server).pipe(client);
    };
    setTimeout(onward, delaysMs[connections - 1] ?? 0);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

it.each([[[500]], [[0, 500]]])(
  'has Redis ready once records can be read too, connections %j ms late',
  async (delaysMs) => {
    const { kafkaBrokers, redisUrl } = testServers();
    const env = {
      KAFKA_BROKERS: kafkaBrokers.join(','),
      REDIS_URL: await slowWay(redisUrl, delaysMs),
      NAMESPACE: randomNamespace(),
    };
    const logger = createLogger({ service: 'test', level: 'silent', pretty: false });
    const pipeline = openPipeline(loadConfig(env), 'test', logger);
    onTestFinished(() => pipeline.close());
    await pipeline.redis.ready(10_000);
    expect(await pipeline.models.get('none')).toBeUndefined();
  },
);
