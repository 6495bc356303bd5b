import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compare, type CompareObserver } from './compare.js';
import { readExperiments, writeExperiment, type Experiment } from './experiment-file.js';
import { LabError } from './lab-error.js';
import { runInChild } from './runs/run-in-child.js';

const TIMEOUT_MS = 120_000;

/** Everyone walks around a ring of items from a place of their own. */
const RING = Array.from({ length: 30 }, (_, user) =>
  [`u${user}`, ...Array.from({ length: 10 }, (__, place) => `i${(user + place) % 20}`)].join(' '),
).join('\n');

const BASE = `name: ring
data: { format: user-items, path: ring.txt }
protocol: { kind: leave-one-out }
model:
  network: sequence-encoder
  encoder: { sequenceLength: 6, dim: 8, heads: 2, layers: 1 }
  training: { epochs: 4, batchSize: 8, averaging: 0.9 }
`;

async function setUp(yaml = BASE) {
  const folder = await mkdtemp(join(tmpdir(), 'compare-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'ring.txt'), RING);
  await writeFile(join(folder, 'ring.yaml'), yaml);
  return { folder, experiments: await readExperiments(join(folder, 'ring.yaml')) };
}

function observed(): { seen: string[]; observer: CompareObserver } {
  const seen: string[] = [];
  return {
    seen,
    observer: {
      baselines: (data) => void seen.push(`baselines ${data}`),
      start: ({ seed, number, of }) => void seen.push(`start ${seed} ${number}/${of}`),
      step: () => undefined,
      epoch: (_run, { epoch }) => void seen.push(`epoch ${epoch}`),
      end: (_run, { failure }) => void seen.push(failure ?? 'end'),
    },
  };
}

const signal = new AbortController().signal;

function task({ data, protocol, kind, settings, ...experiment }: Experiment, folder: string) {
  return {
    kind: 'run' as const,
    source: data,
    protocol,
    network: kind.network,
    settings,
    seed: 1,
    folder,
    config: writeExperiment({ data, protocol, kind, settings, ...experiment }, 1),
  };
}

/** All that a run wrote but what it cost. */
async function written(folder: string): Promise<unknown> {
  const [metrics, curves] = await Promise.all(
    ['metrics.json', 'curves.json'].map(
      async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, unknown>,
    ),
  );
  const epochs = curves!['epochs'] as Record<string, unknown>[];
  return [
    { ...metrics, cost: 0 },
    { ...curves, epochs: epochs.map((epoch) => ({ ...epoch, milliseconds: 0 })) },
  ];
}

describe('compare', () => {
  it(
    'trains every seed beside the baselines, and trains nothing twice',
    async () => {
      const { folder, experiments } = await setUp(`${BASE}seeds: [1, 2]\n`);
      const first = observed();
      const { tables } = await compare({ experiments, folder, observer: first.observer, signal });
      expect(first.seen).toEqual(
        ['baselines ring', 'start 1 1/2', 1, 2, 3, 4, 'end', 'start 2 2/2', 1, 2, 3, 4, 'end'].map((what) =>
          typeof what === 'number' ? `epoch ${what}` : what,
        ),
      );
      const [table] = tables;
      expect(table?.data).toEqual({ name: 'ring', users: 30, items: 20, interactions: 300 });
      expect(table?.rows.map(({ label }) => label)).toEqual(['popularity', 'first-order Markov', 'item-kNN', 'ring']);
      // What comes next follows from the last item alone.
      expect(table?.rows[1]?.test).toMatchObject({ 'HR@1': 1, 'NDCG@10': 1, MRR: 1 });
      const model = table?.rows[3];
      expect(model?.test?.['recall@10']).toBe(model?.test?.['HR@10']);
      expect(model?.test?.['MRR@1']).toBe(model?.test?.['HR@1']);
      expect(model?.runs.map(({ seed }) => seed)).toEqual([1, 2]);
      expect(model?.cost?.peakMemoryMb).toBeGreaterThan(0);

      const again = observed();
      const repeated = await compare({ experiments, folder, observer: again.observer, signal });
      expect(again.seen.filter((what) => what.startsWith('epoch'))).toEqual([]);
      expect(repeated).toEqual({ tables });
    },
    TIMEOUT_MS,
  );

  it(
    'goes on from the last finished epoch after kill -9, and ends with the identical result',
    async () => {
      const { folder, experiments } = await setUp();
      const [experiment] = experiments;
      const whole = join(folder, 'whole');
      await runInChild(task(experiment!, whole), { signal });

      const killed = join(folder, 'killed');
      let child = 0;
      const run = runInChild(task(experiment!, killed), {
        signal,
        onStart: (pid) => (child = pid),
        // Its checkpoint is being written, or was; either way the run ends as the other one.
        onEpoch: ({ epoch }) => epoch === 2 && process.kill(child, 'SIGKILL'),
      });
      await expect(run).rejects.toThrow('was ended by SIGKILL');
      await expect(stat(join(killed, 'metrics.json'))).rejects.toThrow('ENOENT');

      const epochs: number[] = [];
      await runInChild(task(experiment!, killed), { signal, onEpoch: ({ epoch }) => void epochs.push(epoch) });
      expect(epochs.length).toBeLessThan(4);
      expect(epochs.at(-1)).toBe(4);
      expect(await written(killed)).toEqual(await written(whole));
    },
    TIMEOUT_MS,
  );

  it(
    'stops after a step when interrupted, and keeps what was done',
    async () => {
      const { folder, experiments } = await setUp(BASE.replace('epochs: 4', 'epochs: 500, patience: 500'));
      const stop = new AbortController();
      const { observer } = observed();
      const run = compare({
        experiments,
        folder,
        signal: stop.signal,
        observer: { ...observer, epoch: (_run, { epoch }) => void (epoch === 2 && stop.abort()) },
      });
      await expect(run).rejects.toThrow('interrupted');
      expect((await stat(join(folder, 'ring-seed1', 'checkpoint'))).size).toBeGreaterThan(1000);
      await expect(stat(join(folder, 'ring-seed1', 'lock'))).rejects.toThrow('ENOENT');
    },
    TIMEOUT_MS,
  );

  it(
    'makes the other runs when one fails',
    async () => {
      const list = `- ${BASE.replace('averaging: 0.9', 'averaging: 0.9, learningRate: 1.0e+38').trim().replaceAll('\n', '\n  ')}\n`;
      const second = list
        .replaceAll('name: ring', 'name: second')
        .replace('learningRate: 1.0e+38', 'learningRate: 0.001');
      const { folder, experiments } = await setUp(list + second);
      const { tables } = await compare({ experiments, folder, observer: observed().observer, signal });
      const [failed, done] = tables[0]?.rows.slice(-2) ?? [];
      expect(failed?.runs[0]?.failure).toMatch(/the loss is/);
      expect(failed).not.toHaveProperty('test');
      expect(done?.test).toBeDefined();
    },
    TIMEOUT_MS,
  );

  it('refuses a missing data file by name before anything is trained', async () => {
    const { folder, experiments } = await setUp(BASE.replace('ring.txt', 'absent.txt'));
    const { seen, observer } = observed();
    const run = compare({ experiments, folder, observer, signal });
    await expect(run).rejects.toBeInstanceOf(LabError);
    await expect(run).rejects.toThrow(/ring: data\.path: there is no file .*absent\.txt.*--dataset absent=FILE/);
    expect(seen).toEqual([]);
  });

  it(
    'says which line of the data is wrong',
    async () => {
      const { folder, experiments } = await setUp();
      await writeFile(join(folder, 'ring.txt'), `${RING}\nalone\n`);
      const run = compare({ experiments, folder, observer: observed().observer, signal });
      await expect(run).rejects.toThrow('ring.txt:31: expected a user and its items');
    },
    TIMEOUT_MS,
  );
});
