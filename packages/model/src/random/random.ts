/** Numbers from a seed: the same on every machine. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Uniform whole number in [0, bound). */
  below(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** The seed of a generator that goes on from here. */
  state(): number;
}

/** splitmix32 over a counter. */
export function createRandom(seed: number): Random {
  let counter = seed | 0;
  function bits(): number {
    counter = (counter + 0x9e3779b9) | 0;
    let z = counter;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }
  const uniform = (): number => bits() / 2 ** 32;
  return {
    uniform,
    below: (bound) => Math.floor(uniform() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    state: () => counter,
  };
}

/** In place (Fisher and Yates). */
export function shuffle(values: Int32Array, random: Random): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const value = values[last]!;
    values[last] = values[other]!;
    values[other] = value;
  }
}

/** `count` of the values at different places, in an order of chance; they are moved to the front and a view of them given. */
export function drawSome(values: Int32Array, count: number, random: Random): Int32Array {
  for (let at = 0; at < count; at++) {
    const other = at + random.below(values.length - at);
    const value = values[at]!;
    values[at] = values[other]!;
    values[other] = value;
  }
  return values.subarray(0, count);
}
