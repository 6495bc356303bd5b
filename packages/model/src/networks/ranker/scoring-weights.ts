import { add, concatFirst, concatLast, matMul, multiply, reshape, transpose } from '../../kernels/kernels.js';
import { floats, scope, type Tensor } from '../../kernels/tensorflow.js';
import type { DenseWeights } from '../../layers/dense.js';
import { foldBatchNorm } from '../dcn/fold-batch-norm.js';
import type { Parameters } from '../parameters.js';
import type { RankerConfig } from './config.js';
import { dcnOf } from './parameters.js';

/** The parameters as `score-candidates.ts` takes them: what follows on one another without anything between is one matrix. */
export interface ScoringWeights {
  /** A candidate's vector [E] to its projection and, behind that, its query of attention before the relu, scaled: [2 D]. */
  readonly candidates: DenseWeights;
  /** A history's vector to its key before the relu, without bias: [E, D]. */
  readonly keys: Tensor;
  /** What each place of a history adds to its key, the newest last: [history, D]. */
  readonly places: Tensor;
  readonly attended: DenseWeights;
  readonly cross: readonly CrossWeights[];
  /** Of the DNN, with batch normalisation in them. */
  readonly hidden: readonly DenseWeights[];
  readonly linear: DenseWeights;
  /** Of the recalled score. */
  readonly gain: Tensor | undefined;
}

/** One layer's, by `config.cross`. */
export type CrossWeights =
  | { readonly kind: 'v2'; readonly turned: DenseWeights }
  | {
      readonly kind: 'mix';
      readonly gates: DenseWeights;
      /** [experts, experts * r]: repeats each gate r times. */
      readonly repeater: Tensor;
      /** The experts' V side by side, [M, experts * r]. */
      readonly inward: Tensor;
      /** The experts' U turned, and below them their biases: [experts * r + experts, M]. */
      readonly outward: Tensor;
    };

export function scoringWeights(config: RankerConfig, parameters: Parameters): ScoringWeights {
  const { dim, heads, experts, rank, order, hidden, keepScore } = config;
  const folded = foldBatchNorm(dcnOf(config), parameters);
  const weight = (name: string): Tensor => {
    const { value, shape } = parameters.get(name)!;
    return floats(folded.get(name) ?? value, [...shape]);
  };
  const denseOf = (name: string): DenseWeights => ({
    kernel: weight(`${name}.kernel`),
    bias: weight(`${name}.bias`),
  });

  const mixed = (name: string): CrossWeights => {
    const each = (part: string): Tensor[] =>
      Array.from({ length: experts }, (_, expert) => weight(`${name}.expert${expert}.${part}`));
    const biases = each('b').map((bias) => reshape(bias, [1, bias.size]));
    return {
      kind: 'mix',
      gates: denseOf(`${name}.gate`),
      repeater: floats(repeater(experts, rank), [experts, experts * rank]),
      inward: concatLast(each('v')),
      outward: concatFirst([...each('u').map((u) => transpose(u, [1, 0])), ...biases]),
    };
  };

  const crossOf = (name: string): CrossWeights => {
    switch (config.cross) {
      case 'v2':
        return { kind: 'v2', turned: { kernel: transpose(weight(`${name}.w`), [1, 0]), bias: weight(`${name}.b`) } };
      case 'mix':
        return mixed(name);
    }
  };

  return scope(() => {
    const project = denseOf('project');
    const into = denseOf('attention.in');
    const keys = matMul(project.kernel, into.kernel);
    const places = add(
      matMul(add(weight('recency'), project.bias), into.kernel),
      into.bias, // [history, D]
    );
    const fresh = add(matMul(reshape(project.bias, [1, dim]), into.kernel), into.bias);
    // A factor above 0 is the same before a relu and behind it.
    const scale = floats(Float32Array.of(Math.sqrt(heads / dim)), []);
    return {
      candidates: {
        kernel: concatLast([project.kernel, multiply(keys, scale)]),
        bias: concatFirst([project.bias, reshape(multiply(fresh, scale), [dim])]),
      },
      keys,
      places,
      attended: denseOf('attention.out'),
      cross: Array.from({ length: order }, (_, layer) => crossOf(`cross${layer}`)),
      hidden: hidden.map((_, layer) => denseOf(`dnn${layer}`)),
      linear: denseOf('linear'),
      gain: keepScore ? weight('score.gain') : undefined,
    };
  });
}

/** [experts, experts * r], 1 where a column is of the row's expert. */
function repeater(experts: number, rank: number): Float32Array {
  const columns = experts * rank;
  return Float32Array.from({ length: experts * columns }, (_, at) =>
    Math.floor((at % columns) / rank) === Math.floor(at / columns) ? 1 : 0,
  );
}
