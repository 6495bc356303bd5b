import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { recallAgainstExact } from '@click-recall/vector-index';
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

const K = 100;
const SAMPLE = 200;

/**
 * HTTP recommendations at a fixed rate, of random users, each latency counted from the moment the request was due; and recall@100 of
 * the index's graph against its exact scan. `--rate 300`, `--seconds 30`, `--items 4000`, `--users 6000`, `--epochs 3`; `--ranker`:
 * with a live ranker, for a list of 100.
 */
export async function run(args: string[], options: { json: boolean }): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rate: { type: 'string', default: '300' },
      seconds: { type: 'string', default: '30' },
      ...PIPELINE_OPTIONS,
    },
  });
  const rate = Number(values.rate);
  const pipeline = await openLivePipeline({
    ...readPipelineOptions(values),
    services: ['embedder', 'recall'],
    onStep: (step) => options.json || print(step),
  });
  try {
    const random = generator(7);
    const paths = (): string =>
      `${pipeline.url('recall')}/v1/users/user-${Math.floor(random() * Number(values.users))}/recommendations?limit=10`;
    await openLoop(paths, rate, 3);
    const before = await pipeline.usage();
    const latencies = await openLoop(paths, rate, Number(values.seconds));
    const stored = await pipeline.userVectors.get(
      pipeline.version,
      pipeline.users.slice(0, SAMPLE).map(({ userId }) => userId),
    );
    const queries = stored.flatMap((entry) => (entry ? [entry.vector] : []));
    const indexRecall = await recallAgainstExact(pipeline.index, pipeline.spaces.items, queries, K);
    const failed = latencies.filter(Number.isNaN).length;
    const answered = latencies.filter((ms) => !Number.isNaN(ms));
    const result = {
      bench: 'recall',
      rate,
      requests: latencies.length,
      failed,
      p50Ms: round(percentile(answered, 0.5)),
      p99Ms: round(percentile(answered, 0.99)),
      maxMs: round(percentile(answered, 1)),
      indexRecall: round(indexRecall, 4),
      usage: usageBetween(before, await pipeline.usage()),
    };
    if (options.json) return print(JSON.stringify(result));
    print(`${result.requests} requests at ${rate}/s, ${failed} failed`);
    print(`latency p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms, longest ${result.maxMs} ms (p99 wanted: under 25)`);
    print(`recall@${K} of the index's graph ${result.indexRecall} (wanted: at least 0.95)`);
    print(describeUsage(result.usage));
  } finally {
    await pipeline.close();
  }
}

/** Sends a request whenever one is due, however long others take. Ms from due to answered, NaN for one that failed. */
async function openLoop(path: () => string, rate: number, seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const started = performance.now();
  const answers: Promise<number>[] = [];
  while (answers.length < rate * seconds) {
    const due = started + (answers.length * 1000) / rate;
    if (performance.now() < due) await delay(1);
    else answers.push(timed(path(), agent, due));
  }
  const latencies = await Promise.all(answers);
  agent.destroy();
  return latencies;
}

function timed(url: string, agent: Agent, due: number): Promise<number> {
  return new Promise((resolve) => {
    const sent = request(url, { agent }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200 ? performance.now() - due : NaN));
      response.once('error', () => resolve(NaN));
    });
    sent.once('error', () => resolve(NaN));
    sent.end();
  });
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
