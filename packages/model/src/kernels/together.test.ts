import { describe, expect, it } from 'vitest';
import * as kernels from './kernels.js';
import { randomBytesAtLeast } from './random-bytes.js';
import { softmax } from './softmax.js';
import { together } from './together.js';
import { booleans, floats, integers, readFloats, scope, tensorCount, type Tensor } from './tensorflow.js';

const x = floats(
  Float32Array.from({ length: 24 }, (_, at) => Math.sin(at)),
  [2, 3, 4],
);
const y = floats(
  Float32Array.from({ length: 24 }, (_, at) => Math.cos(at)),
  [2, 3, 4],
);
const flat = floats(
  Float32Array.from({ length: 12 }, (_, at) => at / 7 - 1),
  [3, 4],
);
const bias = floats(Float32Array.of(1, 2, 3, 4), [4]);
const square = floats(
  Float32Array.from({ length: 18 }, (_, at) => at),
  [2, 3, 3],
);
const rows = integers(Int32Array.of(2, 0, 2), [3]);
const column = integers(Int32Array.of(2, 0, 2), [3, 1]);
const flags = booleans(Uint8Array.of(1, 0, 1), [3, 1]);

const cases: readonly [string, () => Tensor][] = [
  ['a product of matrices', () => kernels.matMul(flat, flat, { transposeB: true })],
  ['a product of turned matrices', () => kernels.matMul(flat, flat, { transposeA: true })],
  ['products of many matrices', () => kernels.batchMatMul(x, y, { transposeB: true })],
  ['products of many turned matrices', () => kernels.batchMatMul(x, y, { transposeA: true })],
  ['arithmetic', () => kernels.subtract(kernels.multiply(x, y), kernels.add(x, flat))],
  ['bounds', () => kernels.maximum(kernels.minimum(x, flat), y)],
  ['functions of a value', () => kernels.rsqrt(kernels.square(kernels.add(kernels.exp(x), kernels.sigmoid(y))))],
  ['relu and its gradient', () => kernels.reluGradient(y, kernels.relu(x))],
  ['the diagonal', () => kernels.diagonal(square)],
  ['a bias', () => kernels.biasAdd(flat, bias)],
  ['the gradient of a bias', () => kernels.biasGradient(x)],
  ['reductions', () => kernels.add(kernels.meanLast(x), kernels.subtract(kernels.sumLast(y), kernels.maxLast(x)))],
  ['the sum of all', () => kernels.sumAll(x)],
  ['turned axes', () => kernels.transpose(x, [2, 0, 1])],
  ['another shape', () => kernels.reshape(x, [4, 6])],
  ['a part', () => kernels.sliceColumns(kernels.sliceFirst(flat, 1, 2), 3)],
  ['joined parts', () => kernels.concatLast([kernels.concatFirst([flat, flat]), kernels.padFirst(flat, 3)])],
  ['split parts', () => kernels.add(kernels.splitLast(flat, 2)[0]!, kernels.splitLast(flat, 2)[1]!)],
  ['rows', () => kernels.gather(flat, rows)],
  ['an entry a row', () => kernels.gatherEachRow(flat, rows)],
  ['sums of rows', () => kernels.segmentSum(flat, rows, 5)],
  ['a choice', () => kernels.select(kernels.and(flags, kernels.equalIntegers(column, column)), flat, bias)],
  ['softmax', () => softmax(x)],
  [
    'random truths',
    () =>
      kernels.select(randomBytesAtLeast(100, 12, 3, 4), floats(Float32Array.of(1), []), floats(Float32Array.of(0), [])),
  ],
];

describe('kernels that run together', () => {
  it.each(cases)('give what each gives by itself: %s', (_, work) => {
    expect(valuesOf(() => together(work))).toEqual(valuesOf(() => scope(work)));
  });

  it('serve other values and lengths with the same graph', () => {
    const rowsOf = (count: number): Tensor =>
      floats(
        Float32Array.from({ length: 4 * count }, (_, at) => count + at),
        [count, 4],
      );
    const work = (count: number): Tensor => kernels.matMul(rowsOf(count), kernels.reshape(rowsOf(count), [4, count]));
    for (const count of [1, 5, 2]) {
      expect(valuesOf(() => together(() => work(count)))).toEqual(valuesOf(() => scope(() => work(count))));
    }
  });

  it('return tensors in nested objects, some more than once and some from outside', () => {
    scope(() => {
      const { sum, again, outside } = together(() => {
        const added = kernels.add(x, y);
        return { sum: added, again: [added], outside: x };
      });
      expect(again[0]).toBe(sum);
      expect(outside).toBe(x);
      expect(readFloats(sum)[5]).toBeCloseTo(Math.sin(5) + Math.cos(5), 6);
    });
  });

  it('may free what comes from outside before it is used', () => {
    scope(() => {
      const mine = kernels.add(x, y);
      const doubled = together(() => {
        const sum = kernels.add(mine, mine);
        mine.dispose();
        return sum;
      });
      expect(readFloats(doubled)[0]).toBeCloseTo(2, 6);
    });
  });

  it('are one run when nested', () => {
    const nested = (): Tensor =>
      together(() =>
        kernels.multiply(
          together(() => kernels.add(x, y)),
          x,
        ),
      );
    expect(valuesOf(nested)).toEqual(valuesOf(() => scope(() => kernels.multiply(kernels.add(x, y), x))));
  });

  it('cannot be read before they ran', () => {
    expect(() => scope(() => together(() => readFloats(kernels.add(x, y))))).toThrow('not been computed yet');
  });

  it('keep no tensors, not after an error either', () => {
    const before = tensorCount();
    for (const [, work] of cases) valuesOf(() => together(work));
    expect(() => valuesOf(() => together(() => kernels.matMul(flat, flat)))).toThrow('Matrix size-incompatible');
    expect(tensorCount()).toBe(before);
  });
});

function valuesOf(work: () => Tensor): { shape: number[]; values: Float32Array } {
  let found = { shape: [-1], values: new Float32Array(0) };
  scope(() => {
    const tensor = work();
    found = { shape: tensor.shape, values: readFloats(tensor).slice() };
  });
  return found;
}
