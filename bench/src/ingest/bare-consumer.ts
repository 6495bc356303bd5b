import { Redis } from 'ioredis';
import kafkajs from 'kafkajs';

/** What the parent tells this process, as JSON in its first argument. */
export interface BareConsumerTask {
  readonly brokers: string[];
  readonly redisUrl: string;
  readonly topic: string;
  readonly group: string;
  /** Start of the sorted sets' names. */
  readonly prefix: string;
  readonly events: number;
}

/** What it prints, as a line of JSON. */
export interface BareConsumerResult {
  /** From the end of the first batch to the end of the last. */
  readonly eventsPerSecond: number;
  readonly residentMb: number;
}

const task = JSON.parse(process.argv[2] ?? '') as BareConsumerTask;
const redis = new Redis(task.redisUrl);
const kafka = new kafkajs.Kafka({ clientId: 'bare', brokers: task.brokers, logLevel: kafkajs.logLevel.ERROR });
const consumer = kafka.consumer({ groupId: task.group });

let read = 0;
let first: { at: number; read: number } | undefined;

await consumer.connect();
await consumer.subscribe({ topic: task.topic, fromBeginning: true });
await consumer.run({
  eachBatch: async ({ batch }) => {
    const pipeline = redis.pipeline();
    for (const { value } of batch.messages) {
      const event = JSON.parse(String(value)) as { userId: string; eventId: string; itemId: string; timestamp: number };
      pipeline.zadd(`${task.prefix}${event.userId}`, event.timestamp, `${event.eventId} ${event.itemId}`);
    }
    await pipeline.exec();
    read += batch.messages.length;
    first ??= { at: performance.now(), read };
    if (read < task.events) return;
    const result: BareConsumerResult = {
      eventsPerSecond: ((read - first.read) / (performance.now() - first.at)) * 1000,
      residentMb: process.resourceUsage().maxRSS / 1024,
    };
    process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
  },
});
