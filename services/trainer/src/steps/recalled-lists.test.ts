import { createSequenceEncoder, defaultModelConfig, sequenceBatch } from '@click-recall/model';
import { expect, it } from 'vitest';
import { recalledLists } from './recalled-lists.js';

const CONFIG = { ...defaultModelConfig.encoder, sequenceLength: 8, dim: 16, layers: 1, dropout: 0 };
const ITEMS = 20;

it('are the exact nearest unseen items before a click, with the place of the click and the newest distinct history', async () => {
  const encoder = createSequenceEncoder(CONFIG, ITEMS, 1);
  const before = [3, 7, 3, 9, 25, 7];
  const known = [3, 7, 3, 9, 7];
  const [vector, items] = [encoder.encode(sequenceBatch([known])), encoder.itemVectors()];
  const scoreOf = (item: number): number => {
    let score = 0;
    for (let d = 0; d < 16; d++) score += vector[d]! * items[item * 16 + d]!;
    return score;
  };
  const unseen = Array.from({ length: ITEMS }, (_, item) => item + 1).filter((item) => !known.includes(item));
  const expected = unseen.toSorted((a, b) => scoreOf(b) - scoreOf(a));

  const clicks = [
    { before: Int32Array.from(before), target: expected[2]! },
    // Seen before, unknown, too far down, and of a user of whom nothing is known.
    { before: Int32Array.from(before), target: 9 },
    { before: Int32Array.from(before), target: 25 },
    { before: Int32Array.from(before), target: expected[6]! },
    { before: Int32Array.of(25), target: 1 },
  ];
  const lists = await recalledLists({
    clicks,
    encoder,
    candidates: 5,
    history: 2,
    checkpoint: async () => undefined,
  });
  expect(lists.map(({ target }) => target)).toEqual([2, -1, -1, -1]);
  expect(Array.from(lists[0]!.candidates)).toEqual(expected.slice(0, 5));
  expect(Array.from(lists[0]!.history)).toEqual([9, 7]);
  lists[0]!.recallScores.forEach((score, place) => expect(score).toBeCloseTo(scoreOf(expected[place]!), 4));

  const [all] = await recalledLists({
    clicks: clicks.slice(0, 1),
    encoder,
    candidates: 100,
    history: 50,
    checkpoint: async () => undefined,
  });
  expect(Array.from(all!.candidates)).toEqual(expected);
  expect(Array.from(all!.history)).toEqual([3, 9, 7]);
  encoder.dispose();
});
