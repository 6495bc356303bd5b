import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { recommendationSchema, topicName } from '@click-recall/contracts';
import type { ConsumedMessage } from '@click-recall/kafka';
import {
  describeUsage,
  openLivePipeline,
  PIPELINE_OPTIONS,
  readPipelineOptions,
  usageBetween,
} from './live-pipeline.js';
import { percentile } from './percentile.js';
import { generator } from './synthetic-clicks.js';
import { print } from './print.js';

/**
 * From the append time of a click to the append time of the recommendation that it caused, through ingest, embedder and recall as processes of
 * their own. A click that was answered together with a newer one of the same user counts until that answer. `--rate 200`,
 * `--seconds 60`, `--items 4000`, `--users 6000`, `--epochs 3`, `--ranker`.
 */
export async function run(args: string[], options: { json: boolean }): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rate: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '60' },
      ...PIPELINE_OPTIONS,
    },
  });
  const rate = Number(values.rate);
  const total = rate * Number(values.seconds);
  const pipeline = await openLivePipeline({
    ...readPipelineOptions(values),
    services: ['ingest', 'embedder', 'recall'],
    onStep: (step) => options.json || print(step),
  });
  try {
    const watch = watchTopics();
    const subscriber = pipeline.kafka.subscriber({
      groupId: `${pipeline.namespace}.bench`,
      topics: [topicName('clicks', pipeline.namespace), topicName('recommendations', pipeline.namespace)],
      fromBeginning: true,
      handleBatch: async ({ topic, messages }) =>
        topic === topicName('clicks', pipeline.namespace) ? watch.clicks(messages) : watch.recommendations(messages),
      onCrash: (error) => {
        throw error;
      },
    });
    await subscriber.start();

    const random = generator(11);
    const publisher = pipeline.kafka.publisher();
    const publish = (count: number, label: string): Promise<unknown> =>
      atRate(count, rate, async (number) => {
        const userId = `user-${Math.floor(random() * Number(values.users))}`;
        const itemId = pipeline.itemIds[Math.floor(random() * pipeline.itemIds.length)]!;
        const click = { eventId: `${label}-${number}`, userId, itemId, timestamp: Date.now() };
        await publisher.publish(topicName('clicks', pipeline.namespace), [
          { key: userId, value: JSON.stringify(click) },
        ]);
      });
    await publish(rate * 3, 'warm-up');
    const before = await pipeline.usage();
    await publish(total, 'click');
    await watch.settled(10_000);

    const latencies = watch.latencies('click-');
    const result = {
      bench: 'freshness',
      rate,
      clicks: total,
      answered: latencies.length,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      maxMs: percentile(latencies, 1),
      stages: await stageMeans(['ingest', 'embedder', 'recall'].map((name) => pipeline.url(name as 'ingest'))),
      usage: usageBetween(before, await pipeline.usage()),
    };
    if (options.json) return print(JSON.stringify(result));
    print(`${result.clicks} clicks at ${rate}/s, ${result.answered} answered`);
    print(`click to recommendation: p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms, longest ${result.maxMs} ms`);
    print('(wanted: p50 under 100, p99 under 500)');
    print(
      `mean until published, warm-up included: ${result.stages.map(({ stage, ms }) => `${stage} ${ms} ms`).join(', ')}`,
    );
    print(describeUsage(result.usage));
  } finally {
    await pipeline.close();
  }
}

/** Mean time from a click's append to each stage's publication, by the services' own metrics. */
async function stageMeans(urls: readonly string[]): Promise<{ stage: string; ms: number }[]> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  return texts.flatMap((text) => {
    const [, stage, sum] = /freshness_seconds_sum{[^}]*stage="(\w+)"[^}]*} (\S+)/.exec(text) ?? [];
    const [, count] = /freshness_seconds_count{[^}]*} (\S+)/.exec(text) ?? [];
    return stage === undefined ? [] : [{ stage, ms: Math.round((Number(sum) / Number(count)) * 1000) }];
  });
}

/** Remembers when clicks and recommendations were appended. */
function watchTopics() {
  const clicks = new Map<string, { eventId: string; at: number }[]>();
  const answers = new Map<string, { clickAt: number; at: number }[]>();
  let lastNews = performance.now();

  const firstAnswer = (userId: string, at: number): number | undefined =>
    answers.get(userId)?.find(({ clickAt }) => clickAt >= at)?.at;

  const latenciesOf = (prefix: string): (number | undefined)[] =>
    [...clicks].flatMap(([userId, list]) =>
      list
        .filter(({ eventId }) => eventId.startsWith(prefix))
        .map(({ at }) => {
          const answered = firstAnswer(userId, at);
          return answered === undefined ? undefined : answered - at;
        }),
    );

  return {
    clicks(messages: readonly ConsumedMessage[]): void {
      lastNews = performance.now();
      for (const { value, appendTimeMs } of messages) {
        const { userId, eventId } = JSON.parse(Buffer.from(value!).toString()) as { userId: string; eventId: string };
        clicks.set(userId, [...(clicks.get(userId) ?? []), { eventId, at: appendTimeMs }]);
      }
    },
    recommendations(messages: readonly ConsumedMessage[]): void {
      lastNews = performance.now();
      for (const { key, value, appendTimeMs } of messages) {
        if (key === null || value === null) continue;
        const { cause } = recommendationSchema.parse(JSON.parse(Buffer.from(value).toString()));
        if (cause.kind !== 'click') continue;
        answers.set(key, [...(answers.get(key) ?? []), { clickAt: cause.appendedAt, at: appendTimeMs }]);
      }
    },
    /** Until every click has an answer, or nothing came for two seconds, or the time is over. */
    async settled(deadlineMs: number): Promise<void> {
      const started = performance.now();
      while (performance.now() < started + deadlineMs) {
        await delay(100);
        if (performance.now() - lastNews > 2_000) return;
      }
    },
    latencies: (prefix: string): number[] => latenciesOf(prefix).filter((ms) => ms !== undefined),
  };
}

/** Calls `work` whenever it is due, without waiting for earlier calls; resolves when all are done. */
async function atRate(count: number, rate: number, work: (number: number) => Promise<void>): Promise<void> {
  const started = performance.now();
  const calls: Promise<void>[] = [];
  while (calls.length < count) {
    if (performance.now() < started + (calls.length * 1000) / rate) await delay(1);
    else calls.push(work(calls.length));
  }
  await Promise.all(calls);
}
