import type { CompareObserver, RunName } from './compare.js';
import type { ComparisonRun } from './comparison.js';
import type { EpochRow, StepRow } from './experiment-kind.js';

export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where nobody watches, a line this often is enough. */
const LINE_EVERY_MS = 5_000;

/** Shows a comparison as it goes: on a terminal one line that changes, else a line now and then; a line for every run that ended. */
export function createProgress(stream: ProgressStream, now: () => number = Date.now): CompareObserver {
  const live = stream.isTTY === true;
  let began = 0;
  let firstEpoch: number | undefined;
  let epochs: EpochRow[] = [];
  let best: { value: number; epoch: number } | undefined;
  let told = 0;

  const show = (text: string): void => {
    // A terminal that does not tell its width says 0.
    const width = (stream.columns || 120) - 1;
    stream.write(`\r\x1b[2K${text.length > width ? `${text.slice(0, width - 1)}…` : text}`);
  };
  const line = (text: string): void => void stream.write(live ? `\r\x1b[2K${text}\n` : `${text}\n`);

  const state = (run: RunName, at: StepRow | EpochRow): string => {
    const { watched } = run.experiment.kind;
    const last = epochs.findLast(({ validation }) => validation?.[watched] !== undefined);
    const value = last?.validation?.[watched];
    const parts = [
      `${shownName(run)}  epoch ${at.epoch}/${at.epochs}`,
      'step' in at ? `step ${at.step}/${at.stepsPerEpoch}` : '',
      `loss ${at.loss.toFixed(4)}`,
      value === undefined ? '' : `validation ${watched} ${value.toFixed(4)}`,
      best && last && best.epoch !== last.epoch ? `(best ${best.value.toFixed(4)} at ${best.epoch})` : '',
      timeLeft(at, (now() - began) / 1000, firstEpoch ?? at.epoch),
    ];
    return parts.filter((part) => part !== '').join('  ');
  };

  return {
    baselines: (data) => (live ? show(`${data}: baselines`) : line(`${data}: baselines`)),
    start(run) {
      [began, firstEpoch, epochs, best, told] = [now(), undefined, [], undefined, 0];
      if (live) show(`${shownName(run)}  starts`);
    },
    step(run, step) {
      if (firstEpoch === undefined) {
        firstEpoch = step.epoch;
        // Until here the process was loading.
        began = now();
      }
      if (live) show(state(run, step));
    },
    epoch(run, epoch) {
      firstEpoch ??= epoch.epoch;
      epochs.push(epoch);
      const value = epoch.validation?.[run.experiment.kind.watched];
      if (value !== undefined && (best === undefined || value > best.value)) best = { value, epoch: epoch.epoch };
      if (live) return show(state(run, epoch));
      if (now() - told < LINE_EVERY_MS) return;
      told = now();
      line(state(run, epoch));
    },
    end: (run, end) => line(`${shownName(run)}  ${describeEnd(run, end, epochs.length > 0)}`),
  };
}

function shownName({ experiment, seed, number, of }: RunName): string {
  return `[${number}/${of}] ${experiment.name} seed ${seed}`;
}

function describeEnd({ experiment: { kind } }: RunName, { result, failure }: ComparisonRun, trained: boolean): string {
  if (!result) return `FAILED: ${failure ?? 'no result'}`;
  const { outcome, cost } = result;
  const value = outcome.test[kind.watched];
  const parts = [
    value === undefined ? '' : `test ${kind.watched} ${value.toFixed(4)}`,
    `epoch ${outcome.chosenEpoch} of ${outcome.epochs.at(-1)?.epoch ?? 0}`,
    `${shownSeconds(cost.trainingSeconds)}, ${cost.peakMemoryMb} MB`,
    trained ? '' : '(finished before)',
  ];
  return parts.filter((part) => part !== '').join('  ');
}

/** By the speed since this process began; an early stop comes sooner. */
function timeLeft(at: StepRow | EpochRow, seconds: number, firstEpoch: number): string {
  const done = at.epoch - firstEpoch + ('step' in at ? at.step / at.stepsPerEpoch : 1);
  const left = at.epochs - firstEpoch + 1 - done;
  if (done <= 0 || left <= 0 || seconds < 2) return '';
  return `at most ${shownSeconds((seconds / done) * left)} left`;
}

export function shownSeconds(seconds: number): string {
  if (seconds < 100) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = seconds / 60;
  return minutes < 100 ? `${minutes.toFixed(minutes < 10 ? 1 : 0)} min` : `${(minutes / 60).toFixed(1)} h`;
}
