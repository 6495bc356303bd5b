import { expect, it } from 'vitest';
import { main } from './main.js';

const never = (): Promise<never> => Promise.reject(new Error('there are no servers here'));

/** Runs the command where no server starts, so that every row that is chosen fails at once. */
async function faults(args: readonly string[], signal = new AbortController().signal) {
  const written: string[] = [];
  const said: string[] = [];
  const code = await main(args, {
    servers: { startKafka: never, startRedis: never, startRedisCluster: never, freePort: never },
    progress: {
      start: (name) => {
        const say = (text: string): void => void said.push(`${name}: ${text}`);
        return { update: () => undefined, done: say, failed: say };
      },
      line: (text) => said.push(text),
    },
    write: (text) => written.push(text),
    signal,
  });
  return { code, text: written.join(''), said: said.join('\n') };
}

it.each([
  [['nothing'], 'no row is called nothing'],
  [['--rounds', '0'], '--rounds: expected a whole number above 0, not 0'],
  [['--rounds', '1.5'], '--rounds: expected a whole number above 0, not 1.5'],
  [['--minutes', ''], '--minutes: expected a number above 0, not '],
  [['--seed', 'x'], '--seed: expected a whole number above 0, not x'],
  [['--round', '1'], "Unknown option '--round'"],
  [['soak', '--short'], '--short has nothing of soak'],
])('refuses %j with code 2 and says how it is used', async (args, message) => {
  const { code, text } = await faults(args);
  expect(code).toBe(2);
  expect(text).toContain(message);
  expect(text).toContain('usage: npm run faults');
});

it('helps with every row', async () => {
  const { code, text } = await faults(['--help']);
  expect(code).toBe(0);
  for (const letter of 'abcdefghijklmnopqr') expect(text).toMatch(new RegExp(`^  ${letter}  \\S`, 'm'));
});

it('ends with 1 and a line a row where a promise does not hold, and prints the seed', async () => {
  const { code, text, said } = await faults(['p', 'q', '--json', '--seed', '7']);
  expect(code).toBe(1);
  expect(said).toContain('--seed 7');
  const seconds = expect.any(Number) as number;
  expect(JSON.parse(text)).toEqual([
    { row: 'p', rounds: 0, violations: 1, seconds },
    { row: 'p', rounds: 0, violations: 1, seconds },
    { row: 'q', rounds: 0, violations: 1, seconds },
  ]);
});

it('begins no row once it was interrupted', async () => {
  const { text } = await faults(['--json'], AbortSignal.abort());
  expect(JSON.parse(text)).toEqual([]);
});
