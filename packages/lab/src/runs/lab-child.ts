import { readDataset } from '@click-recall/datasets';
import { experimentKinds } from '../experiments/experiment-kinds.js';
import { LabError } from '../lab-error.js';
import { filterInteractions } from '../protocol/filter-interactions.js';
import type { ChildResults, ChildTask, FromChild, ToChild } from './child-protocol.js';
import { measureBaselines } from './measure-baselines.js';
import { runExperiment } from './run-experiment.js';

/** Steps are for a line that people look at. */
const TELL_EVERY_MS = 200;

/** Errors whose message says what to do. */
const EXPECTED = new Set(['LabError', 'DataFileError', 'ModelConfigError', 'ModelInputError', 'NonFiniteLossError']);

/**
 * A process of its own for one run: its memory is the run's, and what it blocks or breaks is nobody else's. It ends with its
 * task, and at once when the process that forked it is gone; the last checkpoint stays.
 */
const stop = new AbortController();
process.on('disconnect', () => process.exit(1));
// Ctrl-C reaches every process of the terminal: the one that forked this one decides.
process.on('SIGINT', () => undefined);
process.on('message', (message: ToChild) => {
  if (message.kind === 'stop') stop.abort(new LabError('interrupted'));
  else void answer(message.task);
});

async function answer(task: ChildTask): Promise<void> {
  const last: FromChild = await perform(task).then(
    (result) => ({ kind: 'done', result }) as const,
    (error: unknown) => ({
      kind: 'failed' as const,
      message: error instanceof Error ? error.message : String(error),
      expected: error instanceof Error && EXPECTED.has(error.name),
      stack: error instanceof Error ? error.stack : undefined,
    }),
  );
  process.send?.(last, () => process.exit(0));
}

async function perform(task: ChildTask): Promise<ChildResults[keyof ChildResults]> {
  const kind = experimentKinds.get(task.network);
  if (!kind) throw new Error(`no kind of experiment is called ${task.network}`);
  const { protocol } = task;
  const data = filterInteractions(await readDataset(task.source), protocol);
  if (task.kind === 'measure-baselines') return measureBaselines(kind, data, protocol, task.folder, stop.signal);
  const tell = (message: FromChild): void => void process.send?.(message);
  let told = 0;
  const { settings, seed, folder, config } = task;
  return runExperiment({
    kind,
    settings,
    protocol,
    data,
    seed,
    folder,
    config,
    signal: stop.signal,
    onStep: (step) => {
      if (performance.now() - told < TELL_EVERY_MS) return;
      told = performance.now();
      tell({ kind: 'step', step });
    },
    onEpoch: (epoch) => tell({ kind: 'epoch', epoch }),
  });
}
