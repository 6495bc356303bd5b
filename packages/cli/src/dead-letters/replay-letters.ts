import type { DEAD_LETTER_HEADERS } from '@click-recall/contracts';
import { letterId, type OutgoingMessage, type Publisher, type ReadLetter } from '@click-recall/kafka';
import { findOvertaken, type Candidate } from './find-overtaken.js';
import type { Mending } from './mending.js';
import { shortId, type Letters } from './open-letters.js';
import { planReplay, type ReplayPlan } from './plan-replay.js';

export interface ReplayRequest {
  readonly wanted: (letter: ReadLetter) => boolean;
  /** Ids of those that were replayed before. */
  readonly replayed: ReadonlyMap<string, string>;
  readonly mending: Mending;
  readonly dryRun: boolean;
}

/** What became of one letter. */
export interface Replayed {
  readonly id: string;
  /** Where it landed; null where it did not, or would, on a dry run. */
  readonly to: string | null;
  /** Why it was not replayed. */
  readonly refused: string | null;
}

/** Letters held in memory at once, with their bytes. */
const AT_ONCE = 100;

/**
 * Publishes letters again, each once, and notes on `dead-letters` that it was. A crash between the two repeats the message, which its id makes
 * harmless.
 */
export async function replayLetters(
  letters: Letters,
  { wanted, replayed, mending, dryRun }: ReplayRequest,
  onReplayed: (result: Replayed) => void,
): Promise<void> {
  const publisher = letters.kafka.publisher({ giveUpAfterMs: 30_000 });
  const done = new Set(replayed.keys());
  let waiting: ReadLetter[] = [];
  const flush = async (): Promise<void> => {
    // Letters of different keys come in any order: of two words of one item the newer has to be published last.
    const now = waiting.toSorted(compareInLog);
    waiting = [];
    for (const result of await replayTogether(letters, publisher, now, mending, dryRun)) onReplayed(result);
  };
  await letters.each(async (letter) => {
    const id = letterId(letter);
    if (letter.replayedTo !== undefined || done.has(id) || !wanted(letter)) return;
    done.add(id);
    waiting.push(letter);
    if (waiting.length >= AT_ONCE) await flush();
  });
  await flush();
}

/** Which of two letters stood first in the log; of two partitions it is told by when they were appended. */
function compareInLog(a: ReadLetter, b: ReadLetter): number {
  if (a.origin.topic !== b.origin.topic || a.origin.partition !== b.origin.partition)
    return a.appendedAt - b.appendedAt;
  return a.origin.offset < b.origin.offset ? -1 : 1;
}

async function replayTogether(
  letters: Letters,
  publisher: Publisher,
  batch: readonly ReadLetter[],
  mending: Mending,
  dryRun: boolean,
): Promise<Replayed[]> {
  const plans = batch.map((letter) => ({ letter, plan: planReplay(letter, mending, letters.namespace, Date.now()) }));
  const candidates = new Map<ReadLetter, Candidate>();
  for (const { letter, plan } of plans) {
    if (plan.ok && plan.subject) candidates.set(letter, { letter, subject: plan.subject });
  }
  const overtaken = await findOvertaken(letters, [...candidates.values()]);
  const results: Replayed[] = [];
  for (const { letter, plan } of plans) {
    const id = shortId(letter, letters.namespace);
    const candidate = candidates.get(letter);
    const refused = plan.ok ? candidate && overtaken.get(candidate) : plan.why;
    if (!plan.ok || refused !== undefined) results.push({ id, to: null, refused: refused ?? null });
    else results.push({ id, to: dryRun ? null : await publishAgain(letters, publisher, letter, plan), refused: null });
  }
  return results;
}

async function publishAgain(
  { namespace, topic }: Letters,
  publisher: Publisher,
  letter: ReadLetter,
  plan: ReplayPlan & { readonly ok: true },
): Promise<string> {
  const [landed] = await publisher.publish(plan.topic, [plan.message]);
  if (!landed) throw new Error(`${letterId(letter)} was published, and nobody says where`);
  const origin = { topic: plan.topic, partition: landed.partition, offset: BigInt(landed.offset) };
  await publisher.publish(topic, [noteOf(letter, letterId({ origin }))]);
  return shortId({ origin }, namespace);
}

/** The letter's own headers again, so that whoever counts origins counts it once. */
function noteOf(letter: ReadLetter, replayedTo: string): OutgoingMessage {
  const { origin, reason, field, message, service, appendedAt } = letter;
  const own: Record<(typeof DEAD_LETTER_HEADERS)[number], string> = {
    reason,
    field,
    message,
    service,
    'source-topic': origin.topic,
    'source-partition': String(origin.partition),
    'source-offset': String(origin.offset),
    'source-append-time': String(appendedAt),
  };
  return { key: letter.key, value: null, headers: { ...own, 'replayed-to': replayedTo } };
}
