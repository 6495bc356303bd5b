import { execute, indexType, integers, scope, typeAttribute, byteType, type Tensor } from './tensorflow.js';

/**
 * `count` truths (a multiple of 4): whether a byte, uniform in 0 to 255 and settled by the two seeds alone, is at least
 * `threshold`.
 */
export function randomBytesAtLeast(threshold: number, count: number, seed: number, secondSeed: number): Tensor {
  return scope(() => {
    const attributes = [indexType('dtype'), indexType('T'), indexType('Tseed')];
    const shape = integers(Int32Array.of(count / 4), [1]);
    const words = execute('StatelessRandomUniformFullInt', attributes, [
      shape,
      integers(Int32Array.of(seed, secondSeed), [2]),
    ]);
    const bytes = execute('Bitcast', [indexType('T'), typeAttribute('type', byteType)], [words]); // [count / 4, 4]
    const limit = execute(
      'Cast',
      [indexType('SrcT'), typeAttribute('DstT', byteType)],
      [integers(Int32Array.of(threshold), [])],
    );
    return execute('GreaterEqual', [typeAttribute('T', byteType)], [bytes, limit]);
  });
}
