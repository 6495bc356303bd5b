import { describe, expect, it, onTestFinished } from 'vitest';
import { documentModelConfig, type SequenceEncoderConfig } from '../config.js';
import { sequenceBatch, type SequenceBatch } from '../data/sequence-batch.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { createSequenceEncoder } from '../networks/sequence-encoder/sequence-encoder.js';
import { createRandom } from '../random/random.js';
import { startItemsFromCoOccurrence } from './start-items.js';
import { trainEncoder } from './train-encoder.js';

const itemCount = 41;
const dim = 8;

/** Users click odd items or even ones from 1 to 40; item 41 is clicked alone. */
function twoTastes(): SequenceBatch {
  const random = createRandom(5);
  const users = Array.from({ length: 300 }, (_user, user) =>
    Array.from({ length: 12 }, () => 1 + (user % 2) + 2 * random.below(20)),
  );
  return sequenceBatch([...users, [41]]);
}

function encoder(changes: Partial<SequenceEncoderConfig> = {}): SequenceEncoder {
  const config = { ...documentModelConfig.encoder, sequenceLength: 12, dim, ...changes };
  const created = createSequenceEncoder(config, itemCount, 1);
  onTestFinished(() => created.dispose());
  return created;
}

function rowsOf(model: SequenceEncoder, table: string): Float32Array[] {
  const { value } = model.weights().parameters.get(table)!;
  return Array.from({ length: itemCount + 1 }, (_, item) => value.subarray(item * dim, (item + 1) * dim));
}

function cosine(a: Float32Array, b: Float32Array): number {
  const product = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, at) => sum + value * y[at]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

describe('startItemsFromCoOccurrence', () => {
  it.each([
    [{ tiedTables: true }, ['item_embeddings']],
    [{}, ['item_embeddings', 'outputs_embedding']],
  ] as const)('puts items that are clicked together near one another (%o)', async (changes, tables) => {
    const model = encoder(changes);
    await startItemsFromCoOccurrence(model, twoTastes(), 1);
    for (const table of tables) {
      const rows = rowsOf(model, table);
      let [alike, different] = [0, 0];
      for (let item = 3; item <= 40; item++) {
        if (item % 2 === 1) alike += cosine(rows[1]!, rows[item]!);
        else different += cosine(rows[1]!, rows[item]!);
      }
      expect(alike / 19).toBeGreaterThan(different / 19 + 0.1);
    }
  });

  it('keeps the spread of the table, the padding, and what was never near another item', async () => {
    const [before, after] = [encoder(), encoder()];
    await startItemsFromCoOccurrence(after, twoTastes(), 1);
    const [old, fresh] = [rowsOf(before, 'item_embeddings'), rowsOf(after, 'item_embeddings')];
    expect(fresh[0]).toEqual(new Float32Array(dim));
    expect(fresh[41]).toEqual(old[41]);
    expect(fresh[1]).not.toEqual(old[1]);
    const squares = (rows: Float32Array[]): number =>
      rows.reduce((sum, row) => sum + row.reduce((part, value) => part + value * value, 0), 0);
    expect(Math.abs(Math.sqrt(squares(fresh) / squares(old)) - 1)).toBeLessThan(0.1);
  });

  it('leaves the tables alone where no items are near one another', async () => {
    const [before, after] = [encoder(), encoder()];
    await startItemsFromCoOccurrence(after, sequenceBatch([[1], [2, 2]]), 1);
    expect(after.snapshot()).toEqual(before.snapshot());
  });

  it('is how a fresh encoder begins where the config says so, and one that was trained does not', async () => {
    const train = twoTastes();
    const training = { ...documentModelConfig.training, epochs: 1, batchSize: 32 };
    const [plain, started] = [encoder(), encoder()];
    await trainEncoder({ encoder: plain, train, config: training });
    await trainEncoder({ encoder: started, train, config: { ...training, itemStart: 'co-occurrence' } });
    expect(started.snapshot().parameters).not.toEqual(plain.snapshot().parameters);

    const again = encoder();
    again.restore(plain.snapshot());
    await trainEncoder({ encoder: plain, train, config: training });
    await trainEncoder({ encoder: again, train, config: { ...training, itemStart: 'co-occurrence' } });
    expect(again.snapshot()).toEqual(plain.snapshot());
  });

  it('is the same when a training goes on after an interruption', async () => {
    const train = twoTastes();
    const config = { ...documentModelConfig.training, epochs: 2, batchSize: 32, itemStart: 'co-occurrence' } as const;
    const [whole, first, second] = [encoder(), encoder(), encoder()];
    await trainEncoder({ encoder: whole, train, config });
    let state: Parameters<typeof trainEncoder>[0]['resume'];
    await trainEncoder({ encoder: first, train, config, onState: (copy) => void (state ??= copy()) });
    await trainEncoder({ encoder: second, train, config, resume: state });
    expect(second.weights()).toEqual(whole.weights());
  });
});
