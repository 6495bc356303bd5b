/** A case of the folder `golden`: what a network gives for these weights and inputs, computed elsewhere. */
export interface GoldenCase {
  readonly network: string;
  readonly about: string;
  readonly config: Readonly<Record<string, number | boolean | string | readonly number[]>>;
  readonly weights: Readonly<Record<string, GoldenTensor>>;
  readonly inputs: Readonly<Record<string, GoldenTensor>>;
  readonly outputs: Readonly<Record<string, GoldenTensor>>;
  readonly gradients: Readonly<Record<string, GoldenTensor>>;
}

export interface GoldenTensor {
  readonly shape: readonly number[];
  /** null is left to rounding and not compared. */
  readonly values: readonly (number | null)[];
}

/** What a network made of a case, flat; keyed as the case's outputs and gradients are. */
export interface GoldenResult {
  readonly outputs: Readonly<Record<string, ArrayLike<number>>>;
  readonly gradients: Readonly<Record<string, ArrayLike<number>>>;
}

export type GoldenRunner = (given: GoldenCase) => GoldenResult;

const relative = 1e-4;
const absolute = 1e-5;

/** Every value that is missing or off by more than 1e-4 of it plus 1e-5, in words. */
export function differences(expected: GoldenCase, result: GoldenResult): string[] {
  return [
    ...compare('outputs', expected.outputs, result.outputs),
    ...compare('gradients', expected.gradients, result.gradients),
  ];
}

function compare(kind: string, expected: GoldenCase['outputs'], result: GoldenResult['outputs']): string[] {
  const found: string[] = [];
  for (const [name, { values }] of Object.entries(expected)) {
    const got = result[name];
    if (got === undefined || got.length !== values.length) {
      found.push(`${kind}.${name}: ${got?.length ?? 'no'} values instead of ${values.length}`);
      continue;
    }
    values.forEach((value, index) => {
      const off = value === null ? 0 : Math.abs(got[index]! - value);
      if (value !== null && !(off <= relative * Math.abs(value) + absolute)) {
        found.push(`${kind}.${name}[${index}]: ${got[index]} instead of ${value}`);
      }
    });
  }
  return found;
}
