import { expect, it } from 'vitest';
import { clickEventSchema } from './click.js';
import { readPlainClick } from './read-plain-click.js';

const ids = ['u', 'é', 'x'.repeat(170), 'x'.repeat(171), 'x'.repeat(513), '\ud83d', '', 7, 1.5, null, undefined, {}];
const timestamps = [1_700_000_000_000, 0, -1, 1.5, 2 ** 60, '2026-01-01T00:00:00Z', 'soon', null, undefined];
const types = [undefined, 'click', 'x'.repeat(64), 'x'.repeat(65), '', 'forget', 5, null];
const contexts = [undefined, {}, { page: 1 }, 'text'];

/** Few enough to try every combination of one odd field with the others plain, and many of two. */
function* candidates(): Generator<Record<string, unknown>> {
  const plain = { eventId: 'e', userId: 'u', itemId: 'i', timestamp: 1_700_000_000_000 };
  const odd = Object.entries({
    eventId: ids,
    userId: ids,
    itemId: ids,
    timestamp: timestamps,
    type: types,
    context: contexts,
  });
  for (const [one, values] of odd) {
    for (const value of values) {
      for (const [other, others] of odd)
        for (const second of others) yield { ...plain, [one]: value, [other]: second, unknown: 1 };
    }
  }
}

it('gives what the schema gives, or leaves it to the schema', () => {
  let read = 0;
  for (const candidate of candidates()) {
    const plain = readPlainClick(candidate);
    if (plain === undefined) continue;
    read += 1;
    expect(plain).toEqual(clickEventSchema.parse(candidate));
  }
  expect(read).toBeGreaterThan(100);
});

it('reads the plain case', () => {
  const click = { userId: 'u', itemId: 'i', timestamp: 1_700_000_000_000 };
  expect(readPlainClick(click)).toEqual({ ...click, version: 1, type: 'click' });
});
