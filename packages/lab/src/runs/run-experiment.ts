import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '@click-recall/datasets';
import type { EpochRow, ExperimentKind, ExperimentOutcome, StepRow } from '../experiment-kind.js';
import type { Protocol } from '../protocol/protocol.js';
import { createCheckpointFile } from './checkpoint-file.js';
import { claimFolder } from './claim-folder.js';
import { writeAtomically } from './write-atomically.js';

/** Raised when a change of this code makes earlier results wrong: they are computed anew then. */
const RESULTS_VERSION = 1;

export interface RunRequest<Settings> {
  readonly kind: ExperimentKind<Settings>;
  readonly settings: Settings;
  readonly protocol: Protocol;
  /** After the protocol's filtering. */
  readonly data: Dataset;
  readonly seed: number;
  /** Of this run alone. */
  readonly folder: string;
  /** The experiment as it can be written into a file again. */
  readonly config: string;
  readonly onStep: (step: StepRow) => void;
  readonly onEpoch: (epoch: EpochRow) => void;
  readonly signal: AbortSignal;
}

/** `metrics.json` and `curves.json` of a run's folder. */
export interface RunResult {
  readonly identity: string;
  readonly outcome: ExperimentOutcome;
  readonly cost: RunCost;
}

/** The only figures of a run that are others the next time. */
export interface RunCost {
  /** Of all epochs, before and after an interruption. */
  readonly trainingSeconds: number;
  /** Of the epochs up to the chosen one. */
  readonly secondsToChosen: number;
  readonly peakMemoryMb: number;
}

/**
 * Trains in this process and writes `config.yaml`, `metrics.json` and `curves.json`. A run that was finished before is read;
 * one that was interrupted goes on from its last checkpoint.
 *
 * @throws LabError when another process trains in the folder; what the kind throws; the signal's reason when aborted
 */
export async function runExperiment<Settings>(request: RunRequest<Settings>): Promise<RunResult> {
  const { folder, config } = request;
  const giveBack = await claimFolder(folder);
  try {
    const identity = identityOf(request);
    const finished = await readResult(folder, identity);
    if (finished) return finished;
    await writeAtomically(join(folder, 'config.yaml'), config);
    return await train(request, identity);
  } finally {
    await giveBack();
  }
}

async function train<Settings>(request: RunRequest<Settings>, identity: string): Promise<RunResult> {
  const { kind, settings, protocol, data, seed, folder, onStep, onEpoch, signal } = request;
  const checkpoints = createCheckpointFile(join(folder, 'checkpoint'), identity);
  const outcome = await kind.train({
    settings,
    protocol,
    data,
    seed,
    folder,
    checkpoints,
    onStep,
    onEpoch,
    signal,
  });
  const seconds = (epochs: readonly EpochRow[]): number =>
    Math.round(epochs.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 100) / 10;
  const cost = {
    trainingSeconds: seconds(outcome.epochs),
    secondsToChosen: seconds(outcome.epochs.filter(({ epoch }) => epoch <= outcome.chosenEpoch)),
    peakMemoryMb: checkpoints.peakMemoryMb(),
  };
  const { epochs, tables = [], plots = [], ...metrics } = outcome;
  await writeAtomically(join(folder, 'curves.json'), shown({ identity, epochs, tables, plots }));
  // Last, since it says that the run is finished.
  await writeAtomically(join(folder, 'metrics.json'), shown({ identity, seed, ...metrics, cost }));
  await checkpoints.remove();
  return { identity, outcome: { ...metrics, epochs, tables, plots }, cost };
}

function identityOf<Settings>({ kind, settings, protocol, data, seed }: RunRequest<Settings>): string {
  const parts = [RESULTS_VERSION, kind.network, settings, protocol, data.fingerprint, seed];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** What a finished run of this identity wrote; undefined when there is none. */
async function readResult(folder: string, identity: string): Promise<RunResult | undefined> {
  const [metrics, curves] = await Promise.all(
    ['metrics.json', 'curves.json'].map((name) => readJson(join(folder, name))),
  );
  if (metrics?.['identity'] !== identity || curves?.['identity'] !== identity) return undefined;
  const { cost, identity: _, seed: __, ...figures } = metrics;
  const { epochs, tables, plots } = curves;
  // Both files are this module's own, and of this very version of it.
  return {
    identity,
    outcome: { ...figures, epochs, tables, plots } as unknown as ExperimentOutcome,
    cost: cost as RunCost,
  };
}

async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function shown(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
