import { describe, expect, it } from 'vitest';
import { gatherRows } from '../data/gather-rows.js';
import { floats, readFloats, scope, tensorCount } from '../kernels/tensorflow.js';
import { createRandom } from '../random/random.js';
import { createCandidatesOf } from './candidates.js';
import type { ItemVectors, Labelled } from './loss.js';
import { softmaxLoss, type SoftmaxDraws, type SoftmaxSettings } from './softmax-loss.js';

const dim = 3;
const itemCount = 7;
const candidatesOf = createCandidatesOf(itemCount);
const random = createRandom(4);
const table = Float32Array.from({ length: (itemCount + 1) * dim }, () => random.normal());

interface Case {
  readonly settings: SoftmaxSettings;
  readonly labelled: Labelled;
  readonly draws: SoftmaxDraws;
  readonly hidden: Float32Array;
}

interface Computed {
  readonly loss: number;
  readonly dhidden: Float32Array;
  readonly dtable: Float32Array;
}

/** What the loss under test makes of a case, with the gradients of all items added up. */
function computed({ settings, labelled, draws, hidden }: Case): Computed {
  const dtable = new Float32Array(table.length);
  const addRows = (rows: ArrayLike<number>, values: Float32Array): void => {
    for (let at = 0; at < values.length; at++) {
      const to = rows[Math.floor(at / dim)]! * dim + (at % dim);
      dtable[to] = dtable[to]! + values[at]!;
    }
  };
  const items: ItemVectors = {
    take: (indexes) => ({
      vectors: floats(gatherRows(table, indexes, dim), [indexes.length, dim]),
      backward: (dvectors) => addRows(indexes, readFloats(dvectors)),
    }),
    all: () => ({
      vectors: floats(table.slice(dim), [itemCount, dim]),
      backward: (dvectors) =>
        addRows(
          Array.from({ length: itemCount }, (_, at) => at + 1),
          readFloats(dvectors),
        ),
    }),
  };
  let loss = Number.NaN;
  let dhidden = new Float32Array(0);
  scope(() => {
    const result = softmaxLoss(settings, draws)(floats(hidden, [hidden.length / dim, dim]), labelled, items);
    loss = result.loss;
    dhidden = Float32Array.from(readFloats(result.dvectors));
  });
  return { loss, dhidden, dtable };
}

/** The same in plain numbers, place by place, candidate by candidate, from the definitions alone. */
function reference({ settings, labelled, draws, hidden }: Case): Computed {
  const { negatives = { kind: 'in-batch' }, temperature = 1, maskAccidentalHits } = settings;
  const { batch, labels, isReal } = labelled;
  const real = [...labels.keys()].filter((place) => isReal[place] === 1);
  const hot = (place: number): number => draws.hotWeights?.[place] ?? 0;
  const dhidden = new Float32Array(hidden.length);
  const dtable = new Float32Array(table.length);
  let loss = 0;
  for (const place of real) {
    const label = labels[place]!;
    let others: { item: number; correction: number }[];
    if (negatives.kind === 'full') {
      others = Array.from({ length: itemCount }, (_, at) => ({ item: at + 1, correction: 0 }));
      others = others.filter(({ item }) => item !== label);
    } else if (negatives.kind === 'in-batch') {
      const first = place - (place % batch);
      const rows = Array.from({ length: batch }, (_, row) => first + row).filter((row) => row !== place);
      others = rows.map((row) => ({ item: labels[row]!, correction: hot(row) }));
      if (maskAccidentalHits) others = others.filter(({ item }) => item !== label);
    } else {
      const { items, corrections } = draws.candidates!;
      others = Array.from(items, (item, at) => ({ item, correction: corrections[at]! }));
      if (maskAccidentalHits) others = others.filter(({ item }) => item !== label);
    }
    const own = { item: label, correction: negatives.kind === 'full' ? 0 : hot(place) };
    const all = [own, ...others];
    const h = hidden.subarray(place * dim, (place + 1) * dim);
    const score = ({ item, correction }: typeof own): number =>
      h.reduce((sum, value, at) => sum + value * table[item * dim + at]!, 0) / temperature - correction;
    const logits = all.map(score);
    const most = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
    loss += (most + Math.log(sum) - logits[0]!) / real.length;
    all.forEach(({ item }, index) => {
      const slope = (Math.exp(logits[index]! - most) / sum - (index === 0 ? 1 : 0)) / real.length / temperature;
      for (let at = 0; at < dim; at++) {
        dhidden[place * dim + at] = dhidden[place * dim + at]! + slope * table[item * dim + at]!;
        dtable[item * dim + at] = dtable[item * dim + at]! + slope * h[at]!;
      }
    });
  }
  return { loss, dhidden, dtable };
}

/** The largest difference between the loss under test and the definition, in loss and gradients. */
function farthest(given: Case): number {
  const [found, expected] = [computed(given), reference(given)];
  const apart = (a: Float32Array, b: Float32Array): number =>
    Math.max(...b.map((value, at) => Math.abs(a[at]! - value)));
  return Math.max(
    Math.abs(found.loss - expected.loss),
    apart(found.dhidden, expected.dhidden),
    apart(found.dtable, expected.dtable),
  );
}

/** 3 sequences of 4 places; the second begins with padding, labels repeat within a place and over places. */
const labelled: Labelled = {
  batch: 3,
  length: 4,
  labels: Int32Array.of(1, 5, 1, 2, 7, 3, 4, 4, 2, 1, 6, 6),
  isReal: Float32Array.of(1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1),
};
const hotWeights = Float32Array.from({ length: 12 }, (_, at) => -0.2 * at);
const hidden = Float32Array.from({ length: 12 * dim }, () => 2 * random.normal());
const logProbability = (item: number): number => Math.log(item / 28);
const candidates = candidatesOf(Int32Array.of(4, 1, 4, 7, 4, 2), logProbability);
const everyWay: [string, SoftmaxSettings['negatives'] & object][] = [
  ['in-batch', { kind: 'in-batch' }],
  ['in-batch-shared', { kind: 'in-batch-shared', count: 6 }],
  ['mixed', { kind: 'mixed', inBatch: 3, uniform: 3 }],
  ['full', { kind: 'full' }],
];

describe.each(everyWay)('negatives: %s', (_, negatives) => {
  const settings: SoftmaxSettings = { negatives, maskAccidentalHits: true };
  const given: Case = { settings, labelled, draws: { hotWeights, candidates }, hidden };

  it('has the loss and gradients of the definition', () => {
    expect(farthest(given)).toBeLessThan(1e-5);
  });

  it('divides scores by the temperature', () => {
    expect(farthest({ ...given, settings: { ...settings, temperature: 0.3 } })).toBeLessThan(1e-5);
    expect(computed({ ...given, settings: { ...settings, temperature: 0.3 } }).loss).not.toBeCloseTo(
      computed(given).loss,
      2,
    );
  });

  it('corrects nothing where nothing is to be corrected', () => {
    expect(farthest({ ...given, draws: { candidates: candidatesOf(Int32Array.of(3, 3, 6)) } })).toBeLessThan(1e-5);
  });

  it('counts accidental hits where they are not left out', () => {
    expect(farthest({ ...given, settings: { ...settings, maskAccidentalHits: false } })).toBeLessThan(1e-5);
  });

  it('takes one label a sequence', () => {
    const users = { batch: 3, length: 1, labels: Int32Array.of(4, 4, 2), isReal: Float32Array.of(1, 1, 1) };
    const draws = { hotWeights: Float32Array.of(-1, -1, -2), candidates };
    expect(farthest({ ...given, labelled: users, hidden: hidden.slice(0, 3 * dim), draws })).toBeLessThan(1e-5);
  });

  it('takes a batch of one', () => {
    const one = { batch: 1, length: 1, labels: Int32Array.of(4), isReal: Float32Array.of(1) };
    const draws = { hotWeights: Float32Array.of(-1), candidates };
    expect(farthest({ ...given, labelled: one, hidden: hidden.slice(0, dim), draws })).toBeLessThan(1e-5);
  });

  it('stays exact where scores are far apart', () => {
    expect(farthest({ ...given, hidden: hidden.map((value) => 8 * value) })).toBeLessThan(1e-5);
  });

  it('gives padded places no gradient', () => {
    const { dhidden } = computed(given);
    expect([...dhidden.subarray(dim, 2 * dim)].every((value) => value === 0)).toBe(true);
  });

  it('keeps no tensors', () => {
    computed(given);
    const before = tensorCount();
    computed(given);
    expect(tensorCount()).toBe(before);
  });
});

describe('shared negatives', () => {
  it('lose nothing where every candidate is the own label', () => {
    const one = { batch: 1, length: 1, labels: Int32Array.of(4), isReal: Float32Array.of(1) };
    const { loss, dhidden } = computed({
      settings: { negatives: { kind: 'in-batch-shared', count: 0 }, maskAccidentalHits: true },
      labelled: one,
      draws: { hotWeights: Float32Array.of(-1), candidates: candidatesOf(Int32Array.of(4, 4)) },
      hidden: hidden.slice(0, dim),
    });
    expect(loss).toBe(0);
    expect([...dhidden].map(Math.abs)).toEqual([0, 0, 0]);
  });

  it('count an item as often as it was drawn', () => {
    const { items, corrections } = candidatesOf(Int32Array.of(5, 2, 5, 5), logProbability);
    expect([...items]).toEqual([2, 5]);
    expect(corrections[0]).toBeCloseTo(Math.log(2 / 28), 6);
    expect(corrections[1]).toBeCloseTo(Math.log(5 / 28) - Math.log(3), 6);
  });
});
