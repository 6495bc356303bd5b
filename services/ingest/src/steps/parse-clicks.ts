import { parseClick, placeInLog, type ClickEvent } from '@click-recall/contracts';
import type { ConsumedBatch, Outcome } from '@click-recall/kafka';

/** A click event of the log, with what only its place in the log tells. */
export interface LoggedClick {
  readonly event: ClickEvent;
  /** The event's own id, else its place in the log: the same at every delivery. */
  readonly eventId: string;
  readonly appendTimeMs: number;
}

/** Reads the messages of a batch of `clicks`, one outcome each. */
export function parseClicks({ topic, partition, messages }: ConsumedBatch): Outcome<LoggedClick>[] {
  return messages.map(({ value, offset, appendTimeMs }) => {
    const parsed = parseClick(value, appendTimeMs);
    if (!parsed.ok) return { kind: 'dead-letter', rejection: parsed.rejection };
    const event = parsed.value;
    return {
      kind: 'ok',
      value: { event, eventId: event.eventId ?? placeInLog(topic, partition, offset), appendTimeMs },
    };
  });
}
