import { deserializeEncoder, ModelArtifactError, sequenceBatch } from '@click-recall/model';
import { describe, expect, it } from 'vitest';
import { testModelFiles } from './test-model.js';
import { createVersionedEncoder } from './versioned-encoder.js';
import { readVocabulary, VOCABULARY_FILE, writeVocabulary } from './vocabulary.js';

const ITEMS = Array.from({ length: 30 }, (_, index) => `item ${index}`);

describe('a versioned encoder', () => {
  it('encodes sequences of item ids, each by itself', async () => {
    const encoder = createVersionedEncoder('v', testModelFiles(ITEMS));
    const [one, two] = await encoder.encode([['item 1', 'item 2'], ['item 3']]);
    const [alone] = await encoder.encode([['item 3']]);
    expect(one).toHaveLength(16);
    expect(two).not.toEqual(one);
    alone?.forEach((value, place) => expect(value).toBeCloseTo(two?.[place] ?? NaN, 5));
    encoder.dispose();
  });

  it.each([
    { attention: 'none', pooling: 'mean' },
    { attention: 'inverted-padding', pooling: 'dense', norm: 'pre' },
    { tiedTables: true, unitVectors: true },
  ] as const)('encodes a variant (%o) as training does: by itself or among others of any length', async (variant) => {
    const files = testModelFiles(ITEMS, 1, variant);
    const encoder = createVersionedEncoder('v', files);
    const trained = deserializeEncoder(files);
    const sequences = [[1], [2, 3, 4], Array.from({ length: 12 }, (_, index) => index + 5)];
    const vectors = await encoder.encode(sequences.map((rows) => rows.map((row) => ITEMS[row]!)));
    sequences.forEach((rows, at) => {
      const alone = trained.encode(sequenceBatch([rows.map((row) => row + 1)]));
      alone.forEach((value, place) => expect(vectors[at]?.[place]).toBeCloseTo(value, 5));
    });
    encoder.dispose();
    trained.dispose();
  });

  it('skips items that it has not seen, and gives no vector where nothing is left', async () => {
    const encoder = createVersionedEncoder('v', testModelFiles(ITEMS));
    const [plain, mixed, unknown, empty] = await encoder.encode([
      ['item 1', 'item 2'],
      ['item 1', 'news', 'item 2', 'more news'],
      ['news'],
      [],
    ]);
    expect(mixed).toEqual(plain);
    expect(unknown).toBeUndefined();
    expect(empty).toBeUndefined();
    encoder.dispose();
  });

  it('looks at the newest known items only', async () => {
    const encoder = createVersionedEncoder('v', testModelFiles(ITEMS));
    const newest = ITEMS.slice(10, 18);
    const [long, short] = await encoder.encode([[...ITEMS.slice(0, 10), ...newest, 'news'], newest]);
    expect(long).toEqual(short);
    encoder.dispose();
  });

  it('shares a run among callers of the same moment, and turns the event loop between runs', async () => {
    const runs: number[] = [];
    const encoder = createVersionedEncoder('v', testModelFiles(ITEMS), (sequences) => runs.push(sequences));
    const calls = Array.from({ length: 150 }, (_, index) => encoder.encode([[ITEMS[index % 30]!]]));
    let turns = 0;
    const count = (): void => {
      turns += 1;
      if (runs.length < 3) setImmediate(count);
    };
    setImmediate(count);
    const vectors = await Promise.all(calls);
    expect(runs).toEqual([64, 64, 22]);
    expect(turns).toBeGreaterThanOrEqual(2);
    expect(vectors[0]).toEqual(vectors[30]);
    expect(vectors[0]).not.toEqual(vectors[1]);
    encoder.dispose();
  });

  it('knows the row of each item', () => {
    const encoder = createVersionedEncoder('v', testModelFiles(ITEMS));
    expect(encoder.itemVectors()).toHaveLength(30 * 16);
    expect(encoder.rowOf('item 7')).toBe(7);
    expect(encoder.itemIds[7]).toBe('item 7');
    expect(encoder.rowOf('news')).toBeUndefined();
    encoder.dispose();
  });

  it('says which file is damaged', () => {
    const files = testModelFiles(ITEMS);
    files.delete(VOCABULARY_FILE);
    expect(() => createVersionedEncoder('v', files)).toThrow(ModelArtifactError);
    expect(() => createVersionedEncoder('v', files)).toThrow(VOCABULARY_FILE);
  });
});

describe('a vocabulary', () => {
  it('is read as it was written', () => {
    expect(readVocabulary(writeVocabulary(ITEMS), 30)).toEqual(ITEMS);
  });

  it.each([
    ['is missing', undefined],
    ['is not JSON', new Uint8Array([123])],
    ['is not a list', new TextEncoder().encode('{}')],
    ['has 2 items', writeVocabulary(['a', 'b'])],
    ['has an item twice', writeVocabulary(['a', 'a', 'b'])],
    ['is not a list of item ids', writeVocabulary(['a', '', 'b'])],
  ])('that %s is refused', (problem, bytes) => {
    expect(() => readVocabulary(bytes, 3)).toThrow(problem);
  });
});
