/** A weight with its Adam state, in JavaScript's memory, so that tables of any size cost a step only the rows it touches. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly value: Float32Array;
  /** Adam's running mean of gradients and of their squares. */
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** By name, as in `layer0.query.kernel`. */
export type Parameters = Map<string, Parameter>;

/** Rows of a table that a step touched, each once, and their gradients. */
export interface RowGradients {
  readonly rows: Int32Array;
  /** rows.length x D */
  readonly values: Float32Array;
}

/** By parameter name: whole for dense weights, rows for tables. */
export type Gradients = Map<string, Float32Array | RowGradients>;

/** A weight whose Adam state is that of the first step. */
export function parameter(shape: readonly number[], value: Float32Array): Parameter {
  return { shape, value, mean: new Float32Array(value.length), variance: new Float32Array(value.length) };
}

/** @throws Error when no parameter has this name */
export function valueOf(parameters: Parameters, name: string): Float32Array {
  const found = parameters.get(name);
  if (found === undefined) throw new Error(`no parameter is called ${name}`);
  return found.value;
}

/** Shares no memory with the original. Writes over `replaced` where that fits, since a large table's copy is memory. */
export function copyParameters(parameters: Parameters, replaced?: Parameters): Parameters {
  return new Map(
    Array.from(parameters, ([name, { shape, value, mean, variance }]) => {
      const old = replaced?.get(name);
      return [
        name,
        {
          shape,
          value: copyOf(value, old?.value),
          mean: copyOf(mean, old?.mean),
          variance: copyOf(variance, old?.variance),
        },
      ];
    }),
  );
}

function copyOf(values: Float32Array, replaced: Float32Array | undefined): Float32Array {
  if (replaced?.length !== values.length) return values.slice();
  replaced.set(values);
  return replaced;
}
