import kafkajs from 'kafkajs';
import { eventually, testServers } from '@click-recall/testing';
import { expect, it } from 'vitest';
import { openTestKafka, textOf } from '../open-test-kafka.js';

const { CompressionTypes } = kafkajs;
const values = Array.from({ length: 400 }, (_, index) =>
  JSON.stringify({ userId: `u${index % 9}`, itemId: `item ${index}` }),
);

async function withRawClient<T>(use: (kafka: InstanceType<typeof kafkajs.Kafka>) => Promise<T>): Promise<T> {
  return use(
    new kafkajs.Kafka({ clientId: 'test', brokers: testServers().kafkaBrokers, logLevel: kafkajs.logLevel.NOTHING }),
  );
}

// With this setting the broker compresses what it stores, with the Java libraries that Java producers use.
it.for(['gzip', 'snappy', 'lz4', 'zstd'])('reads batches that Java compressed with %s', async (codec) => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await withRawClient(async (raw) => {
    const admin = raw.admin();
    await admin.connect();
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const configEntries = [{ name: 'compression.type', value: codec }];
    await admin.alterConfigs({ validateOnly: false, resources: [{ type, name: topic, configEntries }] });
    await admin.disconnect();
  });
  const codecsSeen = spyOnDecompress();
  await kafka.client.publisher().publish(
    topic,
    values.map((value) => ({ key: 'k', value })),
  );
  const { messages } = await kafka.collect({ topics: [topic] });
  await eventually(() => messages.length === values.length);
  expect(messages.map(textOf)).toEqual(values);
  expect(codecsSeen()).toEqual([codec]);
});

it.for([
  ['snappy', CompressionTypes.Snappy],
  ['lz4', CompressionTypes.LZ4],
] as const)('reads batches that Node compressed with %s', async ([, compression]) => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await withRawClient(async (raw) => {
    const producer = raw.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, compression, messages: values.map((value) => ({ value })) });
    await producer.disconnect();
  });
  const { messages } = await kafka.collect({ topics: [topic] });
  await eventually(() => messages.length === values.length);
  expect(messages.map(textOf)).toEqual(values);
});

/** Wraps the registered codecs, so that the test cannot pass on batches that were stored plain. */
function spyOnDecompress(): () => string[] {
  const seen = new Set<string>();
  const codecs = kafkajs.CompressionCodecs as Record<number, () => { decompress(bytes: Buffer): Promise<Buffer> }>;
  const names = { 1: 'gzip', 2: 'snappy', 3: 'lz4', 4: 'zstd' } as const;
  for (const [type, name] of Object.entries(names)) {
    const real = codecs[Number(type)];
    if (!real) throw new Error(`no codec ${name}`);
    codecs[Number(type)] = () => ({
      ...real(),
      decompress: (bytes: Buffer) => {
        seen.add(name);
        return real().decompress(bytes);
      },
    });
  }
  return () => [...seen];
}
