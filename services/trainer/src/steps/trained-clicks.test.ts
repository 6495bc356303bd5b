import { DamagedModelError } from '@click-recall/registry';
import { describe, expect, it } from 'vitest';
import { clickHash } from './click-hash.js';
import { readTrainedClicks, trainedClicks, writeTrainedClicks } from './trained-clicks.js';

const click = { timestamp: 5, eventId: 'e', itemId: 'i' };

describe('the hash of a click', () => {
  it('differs by user, time, event and item, however the parts are cut', () => {
    const hashes = [
      clickHash('u', click),
      clickHash('v', click),
      clickHash('u', { ...click, timestamp: 6 }),
      clickHash('u', { ...click, eventId: 'f' }),
      clickHash('u', { ...click, itemId: 'j' }),
      clickHash('u', { ...click, eventId: 'ei', itemId: '' }),
      clickHash('u', { ...click, eventId: '', itemId: 'ei' }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(clickHash('u', { ...click })).toBe(hashes[0]);
  });
});

describe('the clicks a version was trained on', () => {
  const newest = BigUint64Array.of(11n, 22n, 33n);
  const lengths = [10, 2, 3];

  it('are the newest ones of users too short to hold one out, and those of the version it started from', () => {
    const trained = trainedClicks({ newest, lengths, heldOutToo: false, inherited: new Set([33n, 99n]) });
    // 99 is the newest click of nobody any more, so it is never asked about again.
    expect(trained).toEqual(new Set([22n, 33n]));
  });

  it('are everybody’s when the held-out clicks were trained on after the gate', () => {
    expect(trainedClicks({ newest, lengths, heldOutToo: true, inherited: new Set() }).size).toBe(3);
  });

  it('are read back as they were written', () => {
    const trained = new Set([2n ** 64n - 1n, 0n, 5n]);
    expect(readTrainedClicks('v', writeTrainedClicks(trained))).toEqual(trained);
    expect(readTrainedClicks('v', writeTrainedClicks(new Set())).size).toBe(0);
  });

  it('are damaged when cut off or missing', () => {
    expect(() => readTrainedClicks('v', new Uint8Array(7))).toThrow(DamagedModelError);
    expect(() => readTrainedClicks('v', undefined)).toThrow(/trained\.bin/);
  });
});
