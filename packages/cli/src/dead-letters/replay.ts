import { readFile } from 'node:fs/promises';
import { letterId } from '@click-recall/kafka';
import { messageOf } from '@click-recall/runtime';
import type { CliContext } from '../context.js';
import { CliError, UsageError } from '../errors.js';
import { collectLetters } from './collect-letters.js';
import { passes, type LetterFilter } from './letter-filter.js';
import { readObject, type Mending } from './mending.js';
import { parseId, shortName, withLetters } from './open-letters.js';
import { replayLetters, type Replayed } from './replay-letters.js';

export interface ReplayOptions extends LetterFilter {
  readonly patch?: string;
  readonly value?: string;
  readonly valueFile?: string;
  readonly dryRun?: boolean;
}

export async function replay(context: CliContext, options: ReplayOptions, named: readonly string[]): Promise<void> {
  const { reason, service, topic, dryRun = false } = options;
  if (named.length === 0 && (reason ?? service ?? topic) === undefined) {
    throw new UsageError('say which: TOPIC/PARTITION/OFFSET, or --reason, --service or --topic');
  }
  const mending = await readMending(options);
  if (mending.kind === 'value' && named.length !== 1) {
    throw new UsageError('--value and --value-file are of one message: name it');
  }
  await withLetters(context, async (letters) => {
    const short = (id: string): string => shortName(id, letters.namespace);
    const ids = new Set(named.map((id) => parseId(id, letters.namespace)));
    const { letters: known, replayed } = await collectLetters(letters);
    const absent = [...ids].filter((id) => !known.has(id));
    if (absent.length > 0) throw new CliError(`there is no dead letter of ${absent.map(short).join(', ')}`);
    const results: Replayed[] = [];
    const wanted = (letter: Parameters<typeof passes>[0]): boolean =>
      (ids.size === 0 || ids.has(letterId(letter))) && passes(letter, options, letters.namespace);
    for (const id of ids) {
      const to = replayed.get(id);
      if (to !== undefined) context.output.note(`${short(id)} was replayed before, to ${short(to)}`);
    }
    await replayLetters(letters, { wanted, replayed, mending, dryRun }, (result) => {
      results.push(result);
      context.output.note(line(result, dryRun));
    });
    const refused = results.filter((each) => each.refused !== null);
    const before = [...known].filter(([id, letter]) => replayed.has(id) && wanted(letter)).length;
    const count = results.length - refused.length;
    const verb = dryRun ? 'would be replayed' : 'replayed';
    context.output.result(() => `${count} ${verb}, ${refused.length} refused, ${before} replayed before`, {
      dryRun,
      replayed: count,
      refused: refused.length,
      before,
      messages: results,
    });
    if (refused.length > 0) {
      throw new CliError(refused.length === 1 ? '1 message was refused' : `${refused.length} messages were refused`);
    }
  });
}

function line({ id, to, refused }: Replayed, dryRun: boolean): string {
  if (refused !== null) return `${id}: not replayed, ${refused}`;
  return dryRun ? `${id}: would be replayed` : `${id}: replayed to ${to}`;
}

/** @throws UsageError for options that do not go together or cannot be read */
async function readMending({ patch, value, valueFile }: ReplayOptions): Promise<Mending> {
  if ([patch, value, valueFile].filter((each) => each !== undefined).length > 1) {
    throw new UsageError('give one of --patch, --value and --value-file');
  }
  if (value !== undefined) return { kind: 'value', value: Buffer.from(value) };
  if (valueFile !== undefined) {
    const bytes = await readFile(valueFile).catch((error: unknown) => {
      throw new UsageError(`--value-file: ${messageOf(error)}`);
    });
    return { kind: 'value', value: bytes };
  }
  if (patch === undefined) return { kind: 'none' };
  const fields = readObject(patch);
  if (!fields) throw new UsageError('--patch: expected a JSON object');
  return { kind: 'patch', patch: fields };
}
