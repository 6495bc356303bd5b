import {
  boolAttribute,
  constant,
  execute,
  floatType,
  floatTypeNamed,
  free,
  indexType,
  integerAttribute,
  integers,
  type Tensor,
} from './tensorflow.js';

export interface MatMulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** [n,k] [k,m] -> [n,m] */
export function matMul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatMulOptions = {}): Tensor {
  const attributes = [floatType, boolAttribute('transpose_a', transposeA), boolAttribute('transpose_b', transposeB)];
  const rows = a.shape[transposeA ? 1 : 0]!;
  return execute('MatMul', attributes, [a, b], [rows, b.shape[transposeB ? 0 : 1]!]);
}

/** [...,n,k] [...,k,m] -> [...,n,m] */
export function batchMatMul(a: Tensor, b: Tensor, options: MatMulOptions = {}): Tensor {
  const { transposeA = false, transposeB = false } = options;
  return execute(
    'BatchMatMulV2',
    [floatType, boolAttribute('adj_x', transposeA), boolAttribute('adj_y', transposeB)],
    [a, b],
    [
      ...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)),
      a.shape.at(transposeA ? -1 : -2)!,
      b.shape.at(transposeB ? -2 : -1)!,
    ],
  );
}

export const add = binary('AddV2');
export const subtract = binary('Sub');
export const multiply = binary('Mul');
export const maximum = binary('Maximum');
export const minimum = binary('Minimum');
export const square = unary('Square');
export const log = unary('Log');
export const rsqrt = unary('Rsqrt');
export const exp = unary('Exp');
export const erf = unary('Erf');
export const sigmoid = unary('Sigmoid');
/** log(1 + exp(x)) */
export const softplus = unary('Softplus');
export const relu = unary('Relu');
/** The diagonal of the two innermost axes. */
export function diagonal(x: Tensor): Tensor {
  return execute('MatrixDiagPart', [floatType], [x], x.shape.slice(0, -1));
}

/** Gradient of relu: `dy` where the features were above 0. */
export function reluGradient(dy: Tensor, features: Tensor): Tensor {
  return execute('ReluGrad', [floatType], [dy, features], dy.shape);
}

/** Adds a vector along the last axis. */
export function biasAdd(x: Tensor, bias: Tensor): Tensor {
  return execute('BiasAdd', [floatType], [x, bias], x.shape);
}

/** Sum over all axes but the last. */
export function biasGradient(dy: Tensor): Tensor {
  return execute('BiasAddGrad', [floatType], [dy], dy.shape.slice(-1));
}

/** Mean over the last axis, which stays with length 1. */
export function meanLast(x: Tensor): Tensor {
  return reduceLast('Mean', x);
}

/** Sum over the last axis, which stays with length 1. */
export function sumLast(x: Tensor): Tensor {
  return reduceLast('Sum', x);
}

/** Maximum over the last axis, which stays with length 1. */
export function maxLast(x: Tensor): Tensor {
  return reduceLast('Max', x);
}

/** Sum over everything, a scalar. */
export function sumAll(x: Tensor): Tensor {
  const axes = constant(
    Int32Array.from(x.shape, (_, axis) => axis),
    [x.shape.length],
  );
  const sum = execute('Sum', [boolAttribute('keep_dims', false), floatType, indexType('Tidx')], [x, axes], []);
  axes.dispose();
  return sum;
}

export function transpose(x: Tensor, axes: readonly number[]): Tensor {
  const permutation = constant(Int32Array.from(axes), [axes.length]);
  const shape = axes.map((axis) => x.shape[axis]!);
  const transposed = execute('Transpose', [floatType, indexType('Tperm')], [x, permutation], shape);
  permutation.dispose();
  return transposed;
}

/** No copy. */
export function reshape(x: Tensor, shape: number[]): Tensor {
  const target = integers(Int32Array.from(shape), [shape.length]);
  const reshaped = execute('Reshape', [floatType, indexType('Tshape')], [x, target], shape);
  target.dispose();
  return reshaped;
}

/** `count` entries of the first axis; no copy. */
export function sliceFirst(x: Tensor, start: number, count: number): Tensor {
  const rest = x.shape.slice(1);
  return slice(x, [start, ...rest.map(() => 0)], [count, ...rest]);
}

/** The first `count` columns of a matrix; no copy when that is all of them. */
export function sliceColumns(x: Tensor, count: number): Tensor {
  return x.shape[1] === count ? x : slice(x, [0, 0], [x.shape[0] ?? 0, count]);
}

/** Joins along the first axis; of a single part no copy. */
export function concatFirst(parts: Tensor[]): Tensor {
  return concat(parts, 0);
}

/** Joins along the last axis; of a single part no copy. */
export function concatLast(parts: Tensor[]): Tensor {
  return concat(parts, -1);
}

function concat(parts: Tensor[], along: number): Tensor {
  if (parts.length === 1) return parts[0]!;
  const axis = constant(Int32Array.of(along), []);
  const attributes = [integerAttribute('N', parts.length), floatType, indexType('Tidx')];
  const shape = [...parts[0]!.shape];
  const at = along < 0 ? shape.length + along : along;
  shape[at] = parts.reduce((sum, part) => sum + part.shape[at]!, 0);
  const joined = execute('ConcatV2', attributes, [...parts, axis], shape);
  axis.dispose();
  return joined;
}

/** Cuts the columns of a matrix into `count` matrices of the same width. */
export function splitLast(x: Tensor, count: number): Tensor[] {
  const [rows = 0, columns = 0] = x.shape;
  const width = columns / count;
  return Array.from({ length: count }, (_, index) => slice(x, [0, index * width], [rows, width]));
}

/** Puts `count` rows of zeros before the rows of a matrix. */
export function padFirst(x: Tensor, count: number): Tensor {
  const paddings = integers(Int32Array.of(count, 0, 0, 0), [2, 2]);
  const [rows = 0, ...rest] = x.shape;
  const padded = execute('Pad', [floatType, indexType('Tpaddings')], [x, paddings], [rows + count, ...rest]);
  paddings.dispose();
  return padded;
}

/** Rows of `table` [n, ...] at `indexes` [...]. */
export function gather(table: Tensor, indexes: Tensor): Tensor {
  const axis = constant(new Int32Array(1), []);
  const attributes = [floatTypeNamed('Tparams'), indexType('Tindices'), indexType('Taxis')];
  const rows = execute('GatherV2', attributes, [table, indexes, axis], [...indexes.shape, ...table.shape.slice(1)]);
  axis.dispose();
  return rows;
}

/** Of each row of `x` [n, m] the entry at its index, [n]. */
export function gatherEachRow(x: Tensor, indexes: Tensor): Tensor {
  const axis = constant(Int32Array.of(1), []);
  const attributes = [
    floatTypeNamed('Tparams'),
    indexType('Tindices'),
    indexType('Taxis'),
    integerAttribute('batch_dims', 1),
  ];
  const entries = execute('GatherV2', attributes, [x, indexes, axis], indexes.shape);
  axis.dispose();
  return entries;
}

/** Gradient of gather: adds up the rows [r, d] that share a segment, [segments, d]. */
export function segmentSum(rows: Tensor, segmentOfRow: Tensor, segments: number): Tensor {
  const count = integers(Int32Array.of(segments), []);
  const attributes = [floatType, indexType('Tindices'), indexType('Tnumsegments')];
  const sums = execute(
    'UnsortedSegmentSum',
    attributes,
    [rows, segmentOfRow, count],
    [segments, ...rows.shape.slice(1)],
  );
  count.dispose();
  return sums;
}

export function equalIntegers(a: Tensor, b: Tensor): Tensor {
  return execute('Equal', [indexType('T')], [a, b], broadcast(a.shape, b.shape), 'bool');
}

export function and(a: Tensor, b: Tensor): Tensor {
  return execute('LogicalAnd', [], [a, b], broadcast(a.shape, b.shape), 'bool');
}

export function select(condition: Tensor, whereTrue: Tensor, whereFalse: Tensor): Tensor {
  const shape = broadcast(broadcast(condition.shape, whereTrue.shape), whereFalse.shape);
  return execute('SelectV2', [floatType], [condition, whereTrue, whereFalse], shape);
}

function slice(x: Tensor, begin: number[], size: number[]): Tensor {
  const from = integers(Int32Array.from(begin), [begin.length]);
  const lengths = integers(Int32Array.from(size), [size.length]);
  const part = execute('Slice', [floatType, indexType('Index')], [x, from, lengths], size);
  free([from, lengths]);
  return part;
}

function unary(name: string): (x: Tensor) => Tensor {
  return (x) => execute(name, [floatType], [x], x.shape);
}

function binary(name: string): (a: Tensor, b: Tensor) => Tensor {
  return (a, b) => execute(name, [floatType], [a, b], broadcast(a.shape, b.shape));
}

function reduceLast(name: string, x: Tensor): Tensor {
  const axis = constant(Int32Array.of(-1), [1]);
  const attributes = [boolAttribute('keep_dims', true), floatType, indexType('Tidx')];
  const reduced = execute(name, attributes, [x, axis], [...x.shape.slice(0, -1), 1]);
  axis.dispose();
  return reduced;
}

/** Shape of an operation value by value; axes are matched from the last, those of length 1 stretch. */
function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const ahead = long.length - short.length;
  return long.map((length, axis) => (length === 1 && axis >= ahead ? short[axis - ahead]! : length));
}
