import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { comparisonTable, type Comparison, type ComparisonRun } from './comparison.js';
import { writeExperiment, type Experiment } from './experiment-file.js';
import type { EpochRow, StepRow } from './experiment-kind.js';
import { LabError } from './lab-error.js';
import type { BaselineResult } from './runs/child-protocol.js';
import type { RunResult } from './runs/run-experiment.js';
import { runInChild } from './runs/run-in-child.js';

/** The folder, among those of the runs, where figures of baselines are kept. */
const BASELINES = 'baselines';

export interface CompareRequest {
  readonly experiments: readonly Experiment[];
  /** A folder for every run is made in here. */
  readonly folder: string;
  /** Trains anew what was finished or interrupted before. */
  readonly fresh?: boolean;
  readonly observer: CompareObserver;
  /** When aborted, what is being trained stops after its step; the next `compare` goes on from its last epoch. */
  readonly signal: AbortSignal;
}

/** Told what happens, in this order for every run: `start`, `step` and `epoch` while it trains, `end`. */
export interface CompareObserver {
  readonly baselines: (data: string) => void;
  readonly start: (run: RunName) => void;
  readonly step: (run: RunName, step: StepRow) => void;
  readonly epoch: (run: RunName, epoch: EpochRow) => void;
  readonly end: (run: RunName, end: ComparisonRun) => void;
}

export interface RunName {
  readonly experiment: Experiment;
  readonly seed: number;
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/**
 * Trains every experiment with each of its seeds, one after another in processes of their own, beside the baselines. What was
 * finished before is not trained again. A run that fails does not keep the others from being made.
 *
 * @throws LabError before anything is trained when names clash or a data file is missing; when interrupted
 */
export async function compare(request: CompareRequest): Promise<Comparison> {
  const { experiments, folder, observer, signal } = request;
  await check(experiments);
  if (request.fresh) await rm(join(folder, BASELINES), { recursive: true, force: true });
  const groups = comparable(experiments);
  const of = experiments.reduce((sum, { seeds }) => sum + seeds.length, 0);
  let number = 0;
  const tables = [];
  for (const group of groups) {
    const baselines = await baselinesOf(group[0]!, request);
    const ran = [];
    for (const experiment of group) {
      const runs = [];
      for (const seed of experiment.seeds) {
        const run = { experiment, seed, number: ++number, of };
        const runFolder = join(folder, `${experiment.name}-seed${seed}`);
        if (request.fresh) await rm(runFolder, { recursive: true, force: true });
        observer.start(run);
        const end = { seed, folder: runFolder, ...(await trained(run, runFolder, observer, signal)) };
        observer.end(run, end);
        runs.push(end);
      }
      ran.push({ experiment, runs });
    }
    tables.push(comparisonTable({ experiments: ran, baselines }));
  }
  return { tables };
}

async function trained(
  run: RunName,
  folder: string,
  { step, epoch }: CompareObserver,
  signal: AbortSignal,
): Promise<{ result: RunResult } | { failure: string }> {
  const { experiment, seed } = run;
  const { data, protocol, kind, settings } = experiment;
  try {
    const result = await runInChild(
      {
        kind: 'run',
        source: data,
        protocol,
        network: kind.network,
        settings,
        seed,
        folder,
        config: writeExperiment(experiment, seed),
      },
      { signal, onStep: (row) => step(run, row), onEpoch: (row) => epoch(run, row) },
    );
    return { result };
  } catch (error) {
    if (signal.aborted || !(error instanceof LabError)) throw error;
    return { failure: error.message };
  }
}

function baselinesOf(
  { data, protocol, kind }: Experiment,
  { folder, observer, signal }: CompareRequest,
): Promise<BaselineResult> {
  observer.baselines(data.name);
  return runInChild(
    { kind: 'measure-baselines', source: data, protocol, network: kind.network, folder: join(folder, BASELINES) },
    { signal },
  );
}

/** Experiments whose figures compare: of the same data, protocol and task. */
function comparable(experiments: readonly Experiment[]): Experiment[][] {
  const groups = new Map<string, Experiment[]>();
  for (const experiment of experiments) {
    const { data, protocol, kind } = experiment;
    const key = JSON.stringify([data, protocol, kind.task]);
    const group = groups.get(key);
    if (group) group.push(experiment);
    else groups.set(key, [experiment]);
  }
  return [...groups.values()];
}

async function check(experiments: readonly Experiment[]): Promise<void> {
  if (experiments.length === 0) throw new LabError('there is no experiment to compare');
  const names = experiments.map(({ name }) => name);
  const twin = names.find((name, at) => names.indexOf(name) !== at);
  if (twin !== undefined)
    throw new LabError(`two experiments are called ${twin}: their runs would have the same folder`);
  for (const { name, data } of experiments) {
    const found = await stat(data.path).catch(() => undefined);
    if (!found?.isFile()) {
      throw new LabError(
        `${name}: data.path: there is no file ${data.path}; name it with --dataset ${data.name}=FILE or its folder with --data-folder`,
      );
    }
  }
}
