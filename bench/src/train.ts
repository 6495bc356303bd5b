import { execFile, fork } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { documentModelConfig } from '@click-recall/model';
import { withLargePages } from '@click-recall/runtime';
import { print } from './print.js';
import type { Timing } from './train/time-steps.js';

interface Result extends Timing {
  /** The peer's milliseconds a step just before and after, their mean. */
  readonly peerMsPerStep?: number;
  readonly ratio?: number;
}

interface PeerTiming {
  readonly medianMsPerStep: number;
}

/**
 * Median milliseconds of a training step (forward, backward, Adam) of the document's encoder, full-length sequences, no
 * dropout. `--items 4000,1000000`, `--steps 30`; `--peer FILE` runs `python3 FILE --framework tf --items N` (another
 * interpreter with `--python`) just before and just after and prints the ratio to the mean of both.
 */
export async function run(args: string[], options: { json: boolean }): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      items: { type: 'string', default: '4000' },
      steps: { type: 'string', default: '30' },
      peer: { type: 'string' },
      python: { type: 'string', default: 'python3' },
    },
  });
  const sizes = values.items.split(',').map((size) => positive('items', size));
  const steps = positive('steps', values.steps);
  const results: Result[] = [];
  for (const items of sizes) {
    const before = values.peer === undefined ? undefined : await timePeer(values.python, values.peer, items);
    const own = await timeInChild(items, steps);
    const after = values.peer === undefined ? undefined : await timePeer(values.python, values.peer, items);
    results.push(before === undefined || after === undefined ? own : beside(own, (before + after) / 2));
  }
  const { encoder, training } = documentModelConfig;
  const shape = { batchSize: training.batchSize, sequenceLength: encoder.sequenceLength, dim: encoder.dim };
  if (options.json) {
    print(JSON.stringify({ bench: 'train', ...shape, steps, results }));
    return;
  }
  print(`B=${shape.batchSize} L=${shape.sequenceLength} D=${shape.dim}, full-length sequences, no dropout`);
  for (const result of results) print(lineOf(result));
}

function beside(own: Timing, peerMsPerStep: number): Result {
  return { ...own, peerMsPerStep, ratio: own.msPerStep / peerMsPerStep };
}

function lineOf({ items, msPerStep, cpuMsPerStep, min, max, residentMb, peerMsPerStep, ratio }: Result): string {
  const peer = ratio === undefined ? '' : `, peer ${peerMsPerStep?.toFixed(1)} ms, ratio ${ratio.toFixed(2)}`;
  return `${items} items: ${msPerStep.toFixed(1)} ms a step (${min.toFixed(1)} to ${max.toFixed(1)}; processor ${cpuMsPerStep.toFixed(1)})${peer}, ${residentMb} MB`;
}

/** In a process of its own: memory is that of this size alone. */
function timeInChild(items: number, steps: number): Promise<Timing> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./train/time-steps-child.js', import.meta.url), [String(items), String(steps)], {
      env: withLargePages(),
    });
    child.once('message', (timing) => resolve(timing as Timing));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the steps of ${items} items ended with ${code}`)));
  });
}

async function timePeer(python: string, file: string, items: number): Promise<number> {
  const { stdout } = await promisify(execFile)(python, [file, '--framework', 'tf', '--items', String(items)]);
  const timing = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as PeerTiming;
  return timing.medianMsPerStep;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be whole numbers from 1, not ${text}`);
  return value;
}
