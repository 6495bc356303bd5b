import { execute, indexType, integers, scope, typeAttribute, byteType, type Tensor } from './tensorflow.js';

/**
 * `count` truths (a multiple of 4): whether a byte, uniform in 0 to 255 and settled by the two seeds alone, is at least
 * `threshold`.
 */
export function randomBytesAtLeast(threshold: number, count: number, seed: number, secondSeed: number): Tensor {
  return scope(() => {
    const attributes = [indexType('dtype'), indexType('T'), indexType('Tseed')];
    const shape = integers(Int32Array.of(count / 4), [1]);
    const seeds = integers(Int32Array.of(seed, secondSeed), [2]);
    const words = execute('StatelessRandomUniformFullInt', attributes, [shape, seeds], [count / 4], 'int32');
    const toBytes = [indexType('T'), typeAttribute('type', byteType)];
    const bytes = execute('Bitcast', toBytes, [words], [count / 4, 4], 'int32');
    const limit = execute(
      'Cast',
      [indexType('SrcT'), typeAttribute('DstT', byteType)],
      [integers(Int32Array.of(threshold), [])],
      [],
      'int32',
    );
    return execute('GreaterEqual', [typeAttribute('T', byteType)], [bytes, limit], [count / 4, 4], 'bool');
  });
}
