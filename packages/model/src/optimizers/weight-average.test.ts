import { describe, expect, it } from 'vitest';
import { parameter, type Gradients, type Parameters } from '../networks/parameters.js';
import { createRandom } from '../random/random.js';
import { createWeightAverage, type WeightAverage } from './weight-average.js';

const rows = 4;
const width = 2;

function weights(): Parameters {
  const random = createRandom(2);
  const some = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());
  return new Map([
    ['table', parameter([rows, width], some(rows * width))],
    ['bias', parameter([3], some(3))],
  ]);
}

/** Changes the bias and, of the table, the rows given; tells the average before, as a step does. */
function step(parameters: Parameters, average: WeightAverage, touched: number[]): void {
  const gradients: Gradients = new Map<string, Gradients extends Map<string, infer G> ? G : never>([
    ['table', { rows: Int32Array.from(touched), values: new Float32Array(touched.length * width) }],
    ['bias', new Float32Array(3)],
  ]);
  average.beforeStep(parameters, gradients);
  const table = parameters.get('table')!.value;
  for (const row of touched) for (let at = 0; at < width; at++) table[row * width + at]! += 0.1 * (row + 1);
  parameters.get('bias')!.value.forEach((value, at, bias) => (bias[at] = value - 0.3));
}

const touchedBySteps = [[0, 1], [1], [], [3, 1], [0], [1]];

/** The same by the definition: every weight after every step. */
function reference(decay: number): Map<string, number[]> {
  const parameters = weights();
  const means = new Map(Array.from(parameters, ([name, { value }]) => [name, [...value]]));
  const ignored = createWeightAverage(parameters, decay);
  touchedBySteps.forEach((touched, index) => {
    step(parameters, ignored, touched);
    const d = Math.min(decay, (2 + index) / (11 + index));
    for (const [name, { value }] of parameters) {
      means.set(
        name,
        means.get(name)!.map((mean, at) => d * mean + (1 - d) * value[at]!),
      );
    }
  });
  return means;
}

describe('createWeightAverage', () => {
  it.each([0.9, 0.3])('is the mean over all steps with decay %d, however seldom a row changes', (decay) => {
    const parameters = weights();
    const average = createWeightAverage(parameters, decay);
    for (const touched of touchedBySteps) step(parameters, average, touched);
    for (const [name, mean] of reference(decay)) {
      const found = average.state(parameters).values.get(name)!;
      mean.forEach((value, at) => expect(found[at]).toBeCloseTo(value, 5));
    }
  });

  it('changes places with the weights, and back', () => {
    const parameters = weights();
    const average = createWeightAverage(parameters, 0.9);
    for (const touched of touchedBySteps) step(parameters, average, touched);
    const live = Array.from(parameters.values(), ({ value }) => value.slice());
    const mean = average.state(parameters).values;
    average.swap(parameters);
    expect(parameters.get('table')!.value).toEqual(mean.get('table'));
    average.swap(parameters);
    expect(Array.from(parameters.values(), ({ value }) => value)).toEqual(live);
    expect(average.state(parameters).values).toEqual(mean);
  });

  it('goes on from its state as if it had never stopped', () => {
    const [one, other] = [weights(), weights()];
    const whole = createWeightAverage(one, 0.9);
    const begun = createWeightAverage(other, 0.9);
    for (const touched of touchedBySteps.slice(0, 3)) {
      step(one, whole, touched);
      step(other, begun, touched);
    }
    whole.state(one);
    const resumed = createWeightAverage(other, 0.9, begun.state(other));
    for (const touched of touchedBySteps.slice(3)) {
      step(one, whole, touched);
      step(other, resumed, touched);
    }
    expect(resumed.state(other)).toEqual(whole.state(one));
  });
});
