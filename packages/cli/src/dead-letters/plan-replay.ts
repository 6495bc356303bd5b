import {
  isForget,
  MAX_EVENT_BYTES,
  parseClick,
  parseItem,
  parseMessage,
  placeInLog,
  REPLAYED_OF_HEADER,
  TOPIC_NAMES,
  topicName,
  TOPICS,
  type Parsed,
  type TopicName,
  type TopicSpec,
} from '@click-recall/contracts';
import { letterId, type OutgoingMessage, type ReadLetter } from '@click-recall/kafka';
import { applyMending, type Mending } from './mending.js';
import { reasonInWords } from './reasons.js';

/** What is published for a letter, or why nothing can be. */
export type ReplayPlan =
  | {
      readonly ok: true;
      /** Full name. */
      readonly topic: string;
      readonly message: OutgoingMessage & { readonly key: string };
      /** Of whom it speaks, where something later in the log may stand against it. */
      readonly subject: { readonly kind: 'user' | 'item'; readonly id: string } | undefined;
    }
  | { readonly ok: false; readonly why: string };

/** Judges a letter, mended or as it is, the way its reader will. */
export function planReplay(letter: ReadLetter, mending: Mending, namespace: string, nowMs: number): ReplayPlan {
  const name = TOPIC_NAMES.find((each) => topicName(each, namespace) === letter.origin.topic);
  if (name === undefined || name === 'dead-letters')
    return refused(`${letter.origin.topic} is no topic of this pipeline`);
  if (mending.kind !== 'value') {
    if (letter.reason === 'unreadable-batch')
      return refused('it holds a whole batch that nobody can read: its producer has to send the events again');
    if (letter.truncated)
      return refused(
        `only the first ${letter.value?.byteLength ?? 0} of its ${letter.originalBytes} bytes were kept: give the whole with --value-file`,
      );
  }
  const mended = applyMending(letter.value, mending);
  if (!mended.ok) return refused(mended.why);
  const judged = judge(name, mended.value, nowMs);
  if (!judged.ok) {
    const { reason, field, message } = judged.rejection;
    return refused(`it would be refused again: ${reason}${field === '' ? '' : ` of ${field}`}, ${message}`);
  }
  const { key, isForgetting, hasEventId } = judged.value;
  const getsEventId = name === 'clicks' && !hasEventId;
  const value = getsEventId ? withEventId(mended.value, letter) : mended.value;
  if (getsEventId && Buffer.byteLength(value ?? '') > MAX_EVENT_BYTES)
    return refused(
      `with the eventId that it gets it would be longer than ${MAX_EVENT_BYTES} bytes: ${reasonInWords('too-large').mend}`,
    );
  const headers = { ...letter.headers, [REPLAYED_OF_HEADER]: letterId(letter) };
  const subject = {
    clicks: isForgetting ? undefined : ({ kind: 'user', id: key } as const),
    items: { kind: 'item', id: key } as const,
  };
  return {
    ok: true,
    topic: letter.origin.topic,
    message: { key, value, headers },
    subject: name === 'clicks' || name === 'items' ? subject[name] : undefined,
  };
}

function refused(why: string): ReplayPlan {
  return { ok: false, why };
}

interface Judged {
  readonly key: string;
  readonly isForgetting: boolean;
  readonly hasEventId: boolean;
}

function judge(topic: Exclude<TopicName, 'dead-letters'>, value: Uint8Array | null, nowMs: number): Parsed<Judged> {
  const plain = { isForgetting: false, hasEventId: true };
  if (topic === 'clicks') {
    const parsed = parseClick(value, nowMs);
    if (!parsed.ok) return parsed;
    const { userId, eventId } = parsed.value;
    return {
      ok: true,
      value: { key: userId, isForgetting: isForget(parsed.value), hasEventId: eventId !== undefined },
    };
  }
  if (topic === 'items') {
    const parsed = parseItem(value);
    return parsed.ok ? { ok: true, value: { ...plain, key: parsed.value.itemId } } : parsed;
  }
  const { schema }: TopicSpec & { readonly schema: (typeof TOPICS)[typeof topic]['schema'] } = TOPICS[topic];
  const parsed = parseMessage<{ readonly userId: string }>(schema, value);
  return parsed.ok ? { ok: true, value: { ...plain, key: parsed.value.userId } } : parsed;
}

/**
 * The same id that the event would have had at its origin, so that replaying it twice counts once. Put in as text: reading and writing the
 * JSON would change numbers that JavaScript does not hold.
 */
function withEventId(value: Uint8Array | null, { origin }: ReadLetter): string {
  const text = Buffer.from(value ?? []).toString();
  const at = text.indexOf('{') + 1;
  const eventId = placeInLog(origin.topic, origin.partition, String(origin.offset));
  return `${text.slice(0, at)}"eventId":${JSON.stringify(eventId)},${text.slice(at)}`;
}
