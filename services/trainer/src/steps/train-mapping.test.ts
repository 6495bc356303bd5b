import type { Item } from '@click-recall/contracts';
import {
  createSequenceEncoder,
  deserializeColdStart,
  defaultModelConfig,
  parseColdStartConfig,
  sequenceBatch,
  trainEncoder,
  type SequenceEncoder,
} from '@click-recall/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../tasks/task-context.js';
import { trainMapping, type MappingRequest } from './train-mapping.js';

/** Items with an even number are of the one taste, the others of the other. */
const ITEMS = 300;
const USERS = 150;
const config = parseColdStartConfig({ epochs: 8, embedding: 8 });

/** Everybody clicks items of one taste, in no order. */
function sequences() {
  let state = 7;
  const random = (below: number): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % below;
  return sequenceBatch(
    Array.from({ length: USERS }, (_, user) =>
      Int32Array.from({ length: 20 }, () => 2 * random(ITEMS / 2) + (user < USERS / 2 ? 0 : 1) + 1),
    ),
  );
}

const taste = (index: number): Item => ({
  version: 1,
  itemId: `i${index}`,
  title: index % 2 === 0 ? `Red rose ${index}` : `Blue boat ${index}`,
});

describe('the mapping for new items', { timeout: 120_000 }, () => {
  let encoder: SequenceEncoder;
  const clicks = sequences();

  beforeAll(async () => {
    const small = { ...defaultModelConfig.encoder, sequenceLength: 16, dim: 16, layers: 1, dropout: 0 };
    encoder = createSequenceEncoder(small, ITEMS, 1);
    const training = { ...defaultModelConfig.training, batchSize: 32, learningRate: 0.01, epochs: 12 };
    await trainEncoder({ encoder, train: clicks, config: training });
  });
  afterAll(() => encoder.dispose());

  function train(changes: Partial<MappingRequest> = {}) {
    const notes: string[] = [];
    const itemIds = Array.from({ length: ITEMS }, (_, index) => `i${index}`);
    const trained = trainMapping({
      encoder,
      snapshot: { itemIds, sequences: clicks },
      items: { get: async (ids) => ids.map((id) => taste(Number(id.slice(1)))) },
      config,
      checkpoint: async () => undefined,
      note: (line, level = 'info') => void notes.push(`${level}: ${line}`),
      ...changes,
    });
    return { trained, notes };
  }

  it('finds items known by their titles alone for those who click them, far more than for others, and is written to files', async () => {
    const { trained, notes } = train();
    const { files, metrics } = (await trained)!;
    expect(metrics.recall100).toBeGreaterThan(metrics.others100 + 0.2);
    expect(notes).toEqual([expect.stringMatching(/^info: new items: items known by .* clicks on \d+ items/)]);
    const stored = deserializeColdStart(files);
    expect(stored.metrics).toEqual(metrics);
    expect(stored.coldItemVectors([{ title: 'Red rose, unheard of' }])).toHaveLength(16);
  });

  it('is left out, saying why, where too little is known of items', async () => {
    const { trained, notes } = train({ items: { get: async (ids) => ids.map(() => undefined) } });
    expect(await trained).toBeUndefined();
    expect(notes).toEqual([expect.stringMatching(/^info: new items get no vectors: 0 items have both/)]);
  });

  it('is left out where held-out items are found by nobody more than by others, as all of a few items are', async () => {
    const few = createSequenceEncoder({ ...encoder.config, sequenceLength: 16 }, 80, 1);
    const { trained, notes } = train({
      encoder: few,
      snapshot: {
        itemIds: Array.from({ length: 80 }, (_, index) => `i${index}`),
        sequences: { ...clicks, items: clicks.items.map((item) => (item % 80) + 1) },
      },
    });
    expect(await trained).toBeUndefined();
    expect(notes).toEqual([expect.stringMatching(/^warn: new items get no vectors: items known by/)]);
    few.dispose();
  });

  it('never fails the training: what goes wrong is told', async () => {
    const { trained, notes } = train({ items: { get: () => Promise.reject(new Error('no such items')) } });
    expect(await trained).toBeUndefined();
    expect(notes).toEqual(['warn: new items get no vectors: no such items']);
  });

  it('ends with the task', async () => {
    let steps = 0;
    const { trained } = train({
      checkpoint: async () => {
        if ((steps += 1) > 3) throw new CancelledError();
      },
    });
    await expect(trained).rejects.toBeInstanceOf(CancelledError);
  });

  it('learns from as many users as have the clicks that it may look at', async () => {
    const { trained } = train({ config: { ...config, clicks: 1_500 } });
    const { metrics } = (await trained)!;
    expect(metrics.recall100).toBeGreaterThan(metrics.others100);
  });
});
