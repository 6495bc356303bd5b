import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import { activate, activationGradient, type Activation } from './activation.js';

function values(kind: Activation, x: readonly number[]): { y: number[]; slope: number[] } {
  const result = { y: [] as number[], slope: [] as number[] };
  scope(() => {
    const forward = activate(kind, floats(Float32Array.from(x), [x.length]));
    const ones = floats(new Float32Array(x.length).fill(1), [x.length]);
    result.slope = [...readFloats(activationGradient(ones, forward))];
    result.y = [...readFloats(forward.y)];
  });
  return result;
}

describe('activate', () => {
  it('relu keeps what is above 0', () => {
    expect(values('relu', [-2, 0, 3])).toEqual({ y: [0, 0, 3], slope: [0, 0, 1] });
  });

  it('gelu is x times the share of the normal distribution below x', () => {
    const { y, slope } = values('gelu', [-1, 0, 1, 2, -20, 20]);
    // Phi(1) = 0.841344746, phi(1) = 0.241970725, Phi(2) = 0.977249868, phi(2) = 0.053990967
    const expected = [-0.158655254, 0, 0.841344746, 1.954499736, 0, 20];
    expected.forEach((value, at) => expect(y[at]).toBeCloseTo(value, 5));
    [-0.083315471, 0.5, 1.083315471, 1.085231802, 0, 1].forEach((value, at) => expect(slope[at]).toBeCloseTo(value, 5));
  });
});
