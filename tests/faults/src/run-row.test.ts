import { expect, it } from 'vitest';
import type { Row } from './row.js';
import { runRow, type RowResult } from './run-row.js';
import type { LocalServers } from './world/local-servers.js';

const never = (): Promise<never> => Promise.reject(new Error('a row of these tests starts no servers'));
const servers: LocalServers = {
  startKafka: never,
  startRedis: never,
  startRedisCluster: never,
  freePort: never,
};

async function result(run: Row['run'], signal = new AbortController().signal): Promise<RowResult> {
  const row: Row = { letter: 'x', name: 'example', fault: 'nothing', promise: 'nothing', rounds: 3, run };
  return runRow(row, {
    rounds: row.rounds,
    minutes: 0,
    seed: 1,
    servers,
    onProgress: () => undefined,
    onViolation: () => undefined,
    signal,
  });
}

it('counts what a row tells, and the rounds that were made to their end', async () => {
  const told = await result(async ({ violation, roundDone }) => {
    roundDone();
    violation('one click is lost');
    await Promise.resolve();
    roundDone();
  });
  expect(told).toMatchObject({ rounds: 2, violations: ['one click is lost'], interrupted: false });
});

it('takes fewer rounds than were asked for, of which nobody says why, for a violation', async () => {
  const told = await result(async ({ roundDone }) => {
    await Promise.resolve();
    roundDone();
    roundDone();
  });
  expect(told).toMatchObject({ rounds: 2, violations: ['2 of 3 rounds were made'] });
});

it('takes an error of a row, and one of closing, for a violation', async () => {
  const told = await result(({ defer }) => {
    defer(() => Promise.reject(new Error('it does not end')));
    return Promise.reject(new Error('nothing to be seen'));
  });
  expect(told.violations[0]).toContain('the row ended with an error: Error: nothing to be seen');
  expect(told.violations.slice(1)).toEqual(['closing: it does not end']);
});

it('closes what an interrupted row has opened, the last one first, and blames nobody for what fails by that', async () => {
  const interrupted = new AbortController();
  const closed: string[] = [];
  const told = await result(async ({ defer, violation, roundDone }) => {
    defer(() => closed.push('first'));
    defer(() => (closed.push('second'), Promise.reject(new Error('it was killed'))));
    violation('before');
    roundDone();
    interrupted.abort();
    violation('a service has ended');
    await new Promise(() => undefined);
  }, interrupted.signal);
  expect(closed).toEqual(['second', 'first']);
  expect(told).toMatchObject({ rounds: 1, violations: ['before'], interrupted: true });
});
