import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDataset } from '@click-recall/datasets';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EpochRow, ExperimentKind } from '../experiment-kind.js';
import { runExperiment, type RunRequest } from './run-experiment.js';

interface Sum {
  readonly epochs: number;
}

interface State {
  readonly rows: readonly EpochRow[];
  readonly weights: Float32Array;
}

/** Adds the seed to its weights in each epoch; what it has added up to is its figure. */
const summing: ExperimentKind<Sum> = {
  network: 'summing',
  task: 'next-item',
  watched: 'sum',
  parse: () => ({ epochs: 3 }),
  describe: () => [],
  async train({ settings, seed, checkpoints, onEpoch, signal }) {
    const { epochs } = settings;
    const saved = (await checkpoints.load()) as State | undefined;
    const rows = [...(saved?.rows ?? [])];
    const weights = saved?.weights ?? new Float32Array(1);
    for (let epoch = rows.length + 1; epoch <= epochs; epoch++) {
      signal.throwIfAborted();
      weights[0] = weights[0]! * 1.1 + seed;
      const row = { epoch, epochs, loss: 1 / epoch, validation: { sum: weights[0] }, milliseconds: 1000 };
      rows.push(row);
      await checkpoints.save({ rows, weights } satisfies State);
      onEpoch(row);
    }
    return {
      test: { sum: weights[0]! },
      chosenEpoch: 2,
      stoppedEarly: false,
      epochs: rows,
      parameters: 1,
      counts: { users: 1 },
    };
  },
};

const data = buildDataset({ name: 'tiny', file: 'tiny', rows: [{ user: 'u', item: 'a' }] });

async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'run-experiment-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const trained: number[] = [];
  const request: RunRequest<Sum> = {
    kind: summing,
    settings: { epochs: 3 },
    protocol: { kind: 'leave-one-out', keepRepeats: false, minUserClicks: 0, minItemClicks: 0 },
    data,
    seed: 3,
    folder,
    config: 'name: summing\n',
    onStep: () => undefined,
    onEpoch: ({ epoch }) => void trained.push(epoch),
    signal: new AbortController().signal,
  };
  /** Runs until the end of this epoch, as a process that is killed there. */
  const interrupt = async (after: number): Promise<void> => {
    const stop = new AbortController();
    const run = runExperiment({
      ...request,
      signal: stop.signal,
      onEpoch: (row) => {
        request.onEpoch(row);
        if (row.epoch === after) stop.abort(new Error('interrupted'));
      },
    });
    await expect(run).rejects.toThrow('interrupted');
  };
  return { folder, request, trained, interrupt };
}

const json = async (file: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;

describe('runExperiment', () => {
  it('writes config, metrics and curves', async () => {
    const { folder, request } = await setUp();
    const { outcome, cost } = await runExperiment(request);
    expect(cost).toMatchObject({ trainingSeconds: 3, secondsToChosen: 2 });
    expect(cost.peakMemoryMb).toBeGreaterThan(0);
    expect((await readdir(folder)).toSorted()).toEqual(['config.yaml', 'curves.json', 'metrics.json']);
    expect(await json(join(folder, 'metrics.json'))).toMatchObject({
      seed: 3,
      test: outcome.test,
      chosenEpoch: 2,
      cost,
    });
    expect((await json(join(folder, 'curves.json')))['epochs']).toEqual(outcome.epochs);
  });

  it('goes on after an interruption and ends with what an uninterrupted run has', async () => {
    const whole = await setUp();
    const expected = await runExperiment(whole.request);
    const { request, trained, interrupt } = await setUp();
    await interrupt(1);
    await interrupt(2);
    const result = await runExperiment(request);
    expect(trained).toEqual([1, 2, 3]);
    expect(result.outcome).toEqual(expected.outcome);
    expect(result.identity).toBe(expected.identity);
  });

  it('reads a finished run instead of training it again', async () => {
    const { request, trained } = await setUp();
    const first = await runExperiment(request);
    expect(await runExperiment(request)).toEqual(first);
    expect(trained).toEqual([1, 2, 3]);
  });

  it.each<[string, Partial<RunRequest<Sum>>]>([
    ['settings', { settings: { epochs: 4 } }],
    ['seed', { seed: 4 }],
    ['protocol', { protocol: { kind: 'leave-one-out', keepRepeats: true, minUserClicks: 0, minItemClicks: 0 } }],
    ['data', { data: buildDataset({ name: 'tiny', file: 'tiny', rows: [{ user: 'u', item: 'b' }] }) }],
  ])('trains anew with other %s, whether finished or not', async (_what, changes) => {
    const finished = await setUp();
    await runExperiment(finished.request);
    await runExperiment({ ...finished.request, ...changes });
    expect(finished.trained.slice(0, 4)).toEqual([1, 2, 3, 1]);
    const interrupted = await setUp();
    await interrupted.interrupt(2);
    await runExperiment({ ...interrupted.request, ...changes });
    expect(interrupted.trained.slice(0, 4)).toEqual([1, 2, 1, 2]);
  });

  it('begins again where the checkpoint is damaged', async () => {
    const { folder, request, trained, interrupt } = await setUp();
    await interrupt(2);
    const bytes = await readFile(join(folder, 'checkpoint'));
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(join(folder, 'checkpoint'), bytes);
    await runExperiment(request);
    expect(trained).toEqual([1, 2, 1, 2, 3]);
  });

  it('keeps out of a folder where a living process trains, and takes over from a dead one', async () => {
    const { folder, request } = await setUp();
    // The process that runs the tests lives as long as this one.
    await writeFile(join(folder, 'lock'), String(process.ppid));
    await expect(runExperiment(request)).rejects.toThrow(`process ${process.ppid} is training here`);
    await writeFile(join(folder, 'lock'), '4194305');
    await runExperiment(request);
    expect(await readdir(folder)).not.toContain('lock');
  });
});
