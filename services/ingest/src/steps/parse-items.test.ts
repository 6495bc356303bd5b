import type { ConsumedMessage } from '@click-recall/kafka';
import { describe, expect, it } from 'vitest';
import { parseItems } from './parse-items.js';

const message = (more: Partial<ConsumedMessage>): ConsumedMessage => ({
  key: 'i1',
  value: null,
  offset: '0',
  appendTimeMs: 0,
  headers: {},
  ...more,
});
const parse = (more: Partial<ConsumedMessage>) =>
  parseItems({ topic: 'items', partition: 0, highWatermark: 1n, messages: [message(more)] })[0];

describe('a tombstone on items', () => {
  it('deletes the item of its key', () => {
    expect(parse({})).toEqual({ kind: 'ok', value: { version: 1, itemId: 'i1', deleted: true } });
    const raw = { key: Buffer.from('i1'), headers: { trace: [Buffer.from('1')] } };
    expect(parse({ raw })).toMatchObject({ kind: 'ok' });
  });

  it('is refused when its key is no text, since another item could be meant', () => {
    const key = Buffer.from([0x69, 0xff]);
    expect(parse({ key: key.toString(), raw: { key, headers: {} } })).toMatchObject({
      kind: 'dead-letter',
      rejection: { reason: 'malformed-id' },
    });
  });

  it('is refused without a key, and with one that is no id', () => {
    expect(parse({ key: null })).toMatchObject({ rejection: { reason: 'tombstone' } });
    expect(parse({ key: '' })).toMatchObject({ rejection: { reason: 'empty-id' } });
  });
});
