import { describe, expect, it } from 'vitest';
import type { RunName } from './compare.js';
import type { ComparisonRun } from './comparison.js';
import { createProgress, shownSeconds } from './progress.js';

function watch(isTTY: boolean) {
  let [written, time] = ['', 0];
  const progress = createProgress({ isTTY, columns: 200, write: (text: string) => void (written += text) }, () => time);
  return {
    progress,
    wait: (seconds: number) => void (time += seconds * 1000),
    /** What was written since the last call. */
    written: () => {
      const text = written;
      written = '';
      return text;
    },
  };
}

// What progress reads of a run.
const run = {
  experiment: { name: 'base', kind: { watched: 'NDCG@10' } },
  seed: 2,
  number: 1,
  of: 3,
} as unknown as RunName;
const epoch = (at: number, ndcg: number) => ({
  epoch: at,
  epochs: 10,
  loss: 5,
  validation: { 'NDCG@10': ndcg },
  milliseconds: 1,
});
const done = {
  seed: 2,
  folder: '',
  result: {
    outcome: { test: { 'NDCG@10': 0.18 }, chosenEpoch: 4, epochs: [{ epoch: 7 }] },
    cost: { trainingSeconds: 130, peakMemoryMb: 400 },
  },
} as unknown as ComparisonRun;

describe('progress on a terminal', () => {
  it('is one line with epoch, step, loss, validation and time left, that is written over', () => {
    const { progress, wait, written } = watch(true);
    progress.start(run);
    wait(10);
    progress.epoch(run, epoch(1, 0.15));
    written();
    wait(5);
    progress.step(run, { epoch: 2, epochs: 10, step: 5, stepsPerEpoch: 10, loss: 4.5 });
    const line = written();
    expect(line).toBe(
      '\r\x1b[2K[1/3] base seed 2  epoch 2/10  step 5/10  loss 4.5000  validation NDCG@10 0.1500  at most 85 s left',
    );
    wait(5);
    progress.epoch(run, epoch(2, 0.14));
    expect(written()).toMatch(/NDCG@10 0\.1400 {2}\(best 0\.1500 at 1\)/);
    expect(line).not.toContain('\n');
    progress.end(run, done);
    expect(written()).toMatch(/test NDCG@10 0\.1800 {2}epoch 4 of 7 {2}2\.2 min, 400 MB\n$/);
  });

  it('counts time from where an interrupted run goes on', () => {
    const { progress, wait, written } = watch(true);
    progress.start(run);
    wait(20);
    progress.epoch(run, epoch(6, 0.1));
    expect(written()).toMatch(/epoch 6\/10 .* at most 80 s left$/);
  });

  it('is cut to the width of the terminal', () => {
    let written = '';
    const progress = createProgress({ isTTY: true, columns: 30, write: (text: string) => void (written = text) });
    progress.start(run);
    progress.epoch(run, epoch(1, 0.1));
    expect(written.replace('\r\x1b[2K', '')).toHaveLength(29);
  });
});

describe('progress elsewhere', () => {
  it('is a plain line now and then, and one for every run that ended', () => {
    const { progress, wait, written } = watch(false);
    progress.start(run);
    for (let at = 1; at <= 10; at++) {
      wait(2);
      progress.step(run, { epoch: at, epochs: 10, step: 1, stepsPerEpoch: 1, loss: 1 });
      progress.epoch(run, epoch(at, at / 100));
    }
    progress.end(run, { seed: 2, folder: '', failure: 'the loss is NaN at epoch 3, step 1' });
    const lines = written().trimEnd().split('\n');
    expect(lines.length).toBeLessThan(8);
    expect(lines.at(-1)).toBe('[1/3] base seed 2  FAILED: the loss is NaN at epoch 3, step 1');
    expect(lines.join()).not.toContain('\x1b');
  });

  it('says that a run was finished before', () => {
    const { progress, written } = watch(false);
    progress.start(run);
    progress.end(run, done);
    expect(written()).toContain('(finished before)');
  });
});

describe('shownSeconds', () => {
  it.each([
    [1.23, '1.2 s'],
    [45, '45 s'],
    [300, '5.0 min'],
    [3000, '50 min'],
    [9000, '2.5 h'],
  ])('shows %f as %s', (seconds, shown) => {
    expect(shownSeconds(seconds)).toBe(shown);
  });
});
