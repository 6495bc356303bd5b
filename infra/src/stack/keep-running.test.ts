import { eventually } from '@click-recall/testing';
import { expect, it } from 'vitest';
import { keepRunning, type Process } from './keep-running.js';

class Fake implements Process {
  readonly ended: Promise<void>;
  end: () => void = () => undefined;
  constructor() {
    this.ended = new Promise((resolve) => (this.end = resolve));
  }
  async stop(): Promise<void> {
    this.end();
  }
}

/** Starts fakes; `faults` says for each start in turn whether it fails, and with what. */
async function world(faults: readonly (string | undefined)[] = [], steadyAfterMs = 60_000) {
  const started: Fake[] = [];
  const said: string[] = [];
  let starts = 0;
  const kept = await keepRunning({
    start: async () => {
      const fault = faults[starts++];
      if (fault !== undefined) throw new Error(fault);
      const fake = new Fake();
      started.push(fake);
      return fake;
    },
    onEnded: () => said.push('ended'),
    onBack: () => said.push('back'),
    onGivenUp: (reason) => said.push(`given up: ${reason}`),
    pauseMs: () => 1,
    steadyAfterMs,
  });
  return { kept, started, said, starts: () => starts };
}

it('starts a process again that ends by itself', async () => {
  const { kept, started, said } = await world();
  started[0]!.end();
  await eventually(() => said.includes('back'));
  expect(said).toEqual(['ended', 'back']);
  await kept.stop();
});

it('says once that it ended, however many attempts the start takes', async () => {
  const { kept, started, said } = await world([undefined, 'no', 'no', undefined]);
  started[0]!.end();
  await eventually(() => said.includes('back'));
  expect(said).toEqual(['ended', 'back']);
  await kept.stop();
});

it('gives up when it ends again and again, and says why', async () => {
  const faults = [undefined, ...Array.from({ length: 9 }, () => 'port taken')];
  const { kept, started, said, starts } = await world(faults);
  started[0]!.end();
  await kept.ended;
  expect(said).toEqual(['ended', 'given up: port taken']);
  expect(starts()).toBe(6);
  await kept.stop();
});

it('forgets former ends once it has been up for a while', async () => {
  const { kept, started, said } = await world([], 0);
  for (let end = 1; end <= 8; end += 1) {
    started.at(-1)!.end();
    await eventually(() => started.length === end + 1);
  }
  expect(said).not.toContain('given up: it ended right after its start');
  await kept.stop();
});

it('starts nothing again once it is stopped', async () => {
  const { kept, started, said } = await world();
  await kept.stop();
  await kept.ended;
  expect(started).toHaveLength(1);
  expect(said).toEqual([]);
});

it('rejects with what the first start says', async () => {
  await expect(world(['no such file'])).rejects.toThrow('no such file');
});
