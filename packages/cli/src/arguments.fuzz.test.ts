import type { Command } from 'commander';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { cli } from './open-test-cli.js';
import { createProgram } from './program.js';

/** Found wrong before any server is asked: what was read of the arguments shows, and nothing is reached. */
const ENVIRONMENT = { KAFKA_BROKERS: 'no address', REDIS_URL: 'no address', NAMESPACE: 'n' };

/** These start or stop processes, or train, before they look at the environment. */
const ACT_AT_ONCE = new Set(['up', 'down', 'compare']);

/** What the program says for a command that it does not take. */
const UNKNOWN = '--such-an-option-is-not-there';

const stream = { write: () => undefined };
const program = createProgram({ stdout: stream, stderr: stream, signal: new AbortController().signal });

interface Leaf {
  readonly path: readonly string[];
  readonly flags: readonly string[];
  /** Options that it does not go without. */
  readonly required: readonly string[];
}

function leavesOf(command: Command, path: readonly string[]): Leaf[] {
  const flags = command.options.flatMap(({ long, short }) => [long, short].filter((flag) => flag !== undefined));
  const required = command.options.flatMap(({ long, mandatory }) => (mandatory && long ? [long] : []));
  return [{ path, flags, required }, ...command.commands.flatMap((child) => leavesOf(child, [...path, child.name()]))];
}

const commands = leavesOf(program, []);
const GENERAL = ['--json', '--verbose', '--data', '--help'];
/** An argument of a process holds no zero byte. */
const text = fc.string({ unit: 'binary', maxLength: 12 }).map((any) => any.replaceAll('\0', ''));
const VALUES = [
  '',
  '-',
  '--',
  '0',
  '-1',
  '1',
  '1e9',
  '99999999999999999999',
  '1h',
  '9999-99-99',
  'a,,b',
  '=',
  'a=',
  'a=b',
];
const PATHS = [
  '/',
  '.',
  '/dev/null',
  '/dev/null/x',
  'absent.csv',
  'x.jsonl.gz',
  'clicks/0/1',
  'clicks/-1/x',
  '{}',
  '{"a":',
];
const WORDS = ['csv', 'jsonl', 's', 'iso', 'not-json', 'clicks', 'v1'];
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...VALUES, ...PATHS, ...WORDS) },
  { weight: 1, arbitrary: text },
);

function argumentsOf({ path, flags, required }: Leaf): fc.Arbitrary<string[]> {
  const general = { weight: 1, arbitrary: fc.constantFrom(...GENERAL) };
  const flag =
    flags.length === 0 ? general.arbitrary : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...flags) }, general);
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(flag, value) },
    { weight: 2, arbitrary: flag.map((name) => [name]) },
    { weight: 1, arbitrary: fc.tuple(flag, value).map(([name, given]) => [`${name}=${given}`]) },
    { weight: 1, arbitrary: value.map((given) => [given]) },
  );
  const refused = ACT_AT_ONCE.has(path[0] ?? '') ? [UNKNOWN] : [];
  const needed = fc.tuple(...required.map((name) => value.map((given) => [name, given])));
  return fc.tuple(needed, fc.array(piece, { maxLength: 4 })).map((pieces) => [...path, ...refused, ...pieces.flat(2)]);
}

it('ends each command as documented and in words of its own, whatever its arguments', async () => {
  const any = fc.oneof(...commands.map(argumentsOf), fc.array(value, { maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(any, async (args) => {
      const { code, out, err } = await cli(args, ENVIRONMENT);
      expect([0, 1, 2]).toContain(code);
      expect(code === 0 ? out : err).not.toBe('');
      // Said of what nobody has thought of; --verbose shows the stack itself.
      expect(args.includes('--verbose') ? '' : err).not.toMatch(/--verbose shows more|^\s+at /m);
    }),
    { numRuns: 2_000, examples: commands.map(({ path }) => [[...path, UNKNOWN]]) },
  );
});
