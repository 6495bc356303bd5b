import { idFault, parseItem } from '@click-recall/contracts';
import { anyId, hostileJson } from '@click-recall/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { deletedIn } from './request-republish.js';

const item = fc
  .record({ itemId: anyId, deleted: fc.option(fc.boolean(), { nil: undefined }) })
  .map((fields) => Buffer.from(JSON.stringify(fields)));
const damaged = hostileJson({ version: 1, itemId: 'a', title: 't', attributes: { a: 1 }, deleted: true });
const key = fc.oneof({ weight: 4, arbitrary: anyId }, { weight: 1, arbitrary: fc.constantFrom('', 'x'.repeat(513)) });
const message = fc.record({
  key: fc.option(key),
  value: fc.oneof(item, damaged, fc.constant(null)),
});

it('of a batch of anything, those items are deleted whose newest message that can be read says so', () => {
  const check = (messages: readonly (typeof message extends fc.Arbitrary<infer T> ? T : never)[]): void => {
    const newest = new Map<string, boolean>();
    for (const { key: id, value } of messages) {
      const parsed = parseItem(value ?? Buffer.from(JSON.stringify({ itemId: id, deleted: true })));
      if (parsed.ok) newest.set(parsed.value.itemId, parsed.value.deleted === true);
    }
    const deleted = deletedIn(messages);
    expect([...deleted].sort()).toEqual([...newest.keys()].filter((id) => newest.get(id)).sort());
    expect(deleted.filter((id) => idFault(id))).toEqual([]);
  };
  fc.assert(fc.property(fc.array(message, { maxLength: 12 }), check), { numRuns: 300 });
});
