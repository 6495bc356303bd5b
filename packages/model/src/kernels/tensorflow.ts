/**
 * With `recorded.ts`, `recorded-products.ts` and `differentiate.ts` the only files that import TensorFlow.js. The sequence encoder is written
 * with the few kernels below, called by name through the backend: fused ones that TensorFlow.js does not offer, and no recording for its own gradients, which are slower
 * (docs/decisions/0003-hand-written-gradients.md).
 */
// oxlint-disable-next-line import/no-unassigned-import -- for its effects, before TensorFlow.js loads
import './prepare-process.js';
import * as tf from '@tensorflow/tfjs-node-gpu';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';

export type Tensor = tf.Tensor;
export type Attribute = TFEOpAttr;

const backend = tf.backend() as NodeJSKernelBackend;
const { binding } = backend;
/** What the backend keeps of a tensor; `id` is TensorFlow's, there once the values are. */
const handles = backend as unknown as {
  readonly tensorMap: {
    get(dataId: object): { id?: number; values: unknown; shape: number[]; dtype: number | string };
    set(dataId: object, value: object): void;
  };
};

export const floatType = typeAttribute('T', binding.TF_FLOAT);
export const byteType = binding.TF_UINT8;

export function typeAttribute(name: string, value: number): Attribute {
  return { name, type: binding.TF_ATTR_TYPE, value };
}

export function indexType(name: string): Attribute {
  return typeAttribute(name, binding.TF_INT32);
}

export function floatTypeNamed(name: string): Attribute {
  return typeAttribute(name, binding.TF_FLOAT);
}

export function boolAttribute(name: string, value: boolean): Attribute {
  return { name, type: binding.TF_ATTR_BOOL, value };
}

export function integerAttribute(name: string, value: number): Attribute {
  return { name, type: binding.TF_ATTR_INT, value };
}

export function stringAttribute(name: string, value: string): Attribute {
  return { name, type: binding.TF_ATTR_STRING, value };
}

/** Takes note of kernels instead of running them (`together.ts`). */
export interface Recorder {
  kernel(name: string, attributes: Attribute[], inputs: Tensor[], shape: number[], dtype: DataType): Tensor;
  constant(values: Int32Array, shape: number[]): Tensor;
}

export type DataType = 'float32' | 'int32' | 'bool';

let recorder: Recorder | undefined;

/** Runs a kernel; `shape` and `dtype` are those of its result. */
export function execute(
  name: string,
  attributes: Attribute[],
  inputs: Tensor[],
  shape: number[],
  dtype: DataType = 'float32',
): Tensor {
  if (recorder !== undefined) return recorder.kernel(name, attributes, inputs, shape, dtype);
  return backend.executeSingleOutput(name, attributes, inputs);
}

export function isRecording(): boolean {
  return recorder !== undefined;
}

export function withRecorder<T>(chosen: Recorder, work: () => T): T {
  recorder = chosen;
  try {
    return work();
  } finally {
    recorder = undefined;
  }
}

export function floats(values: Float32Array, shape: number[]): Tensor {
  return tf.tensor(values, shape, 'float32');
}

export function integers(values: Int32Array, shape: number[]): Tensor {
  return tf.tensor(values, shape, 'int32');
}

/** Integers that are the same whatever the data, as axes are. */
export function constant(values: Int32Array, shape: number[]): Tensor {
  return recorder === undefined ? integers(values, shape) : recorder.constant(values, shape);
}

export function booleans(values: Uint8Array, shape: number[]): Tensor {
  return tf.tensor(values, shape, 'bool');
}

export function readFloats(tensor: Tensor): Float32Array {
  if (isPending(tensor)) throw new Error('the values of this tensor have not been computed yet');
  return tensor.dataSync<'float32'>();
}

/** Frees every tensor made inside, except those in what `work` returns: nested objects and arrays are searched. */
export function scope<T>(work: () => T): T {
  let result: T | undefined;
  tf.tidy(() => {
    result = work();
    return tensorsIn(result);
  });
  return result as T;
}

/** Frees every tensor inside nested objects and arrays; one freed before is left alone. */
export function free(tensors: unknown): void {
  for (const tensor of tensorsIn(tensors)) tensor.dispose();
}

/** TensorFlow.js' own search goes through every number of a typed array. */
export function tensorsIn(value: unknown, found: Tensor[] = []): Tensor[] {
  if (value instanceof tf.Tensor) found.push(value);
  else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const part of Object.values(value)) tensorsIn(part, found);
  }
  return found;
}

/** A tensor whose values come later, by `settle`; not to be read or computed with before. */
export function pendingTensor(shape: number[], dtype: DataType): Tensor {
  const dataId = {};
  handles.tensorMap.set(dataId, { shape, dtype, id: undefined, values: null, refCount: 1 });
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}

export function isPending({ dataId }: Tensor): boolean {
  const { id, values } = handles.tensorMap.get(dataId);
  return id === undefined && values === null;
}

/** Keeps the values of a tensor, freed or not, until `release`. Returns TensorFlow's handle of them. */
export function hold({ dataId }: Tensor): number {
  const handle = handles.tensorMap.get(dataId);
  if (handle.values !== null) {
    handle.id = binding.createTensor(handle.shape, handle.dtype as number, handle.values as Float32Array);
    handle.values = null;
  }
  backend.incRef(dataId);
  return handle.id!;
}

export function release(dataId: object): void {
  if (backend.disposeData(dataId)) tf.engine().removeDataId(dataId, backend);
}

/** Runs a loaded graph and gives its outputs, in order, to pending tensors. */
export function runGraph(
  graph: number,
  inputs: { ids: number[]; names: string },
  outputs: { tensors: readonly Tensor[]; names: string },
): void {
  const results = binding.runSavedModel(graph, inputs.ids, inputs.names, outputs.names);
  outputs.tensors.forEach((tensor, index) => {
    const { id, shape } = results[index]!;
    const [made, expected] = [shape.join(), tensor.shape.join()];
    if (made !== expected) throw new Error(`a kernel makes [${made}], not [${expected}]`);
    handles.tensorMap.get(tensor.dataId).id = id;
  });
}

/** Loads the graph in a folder, a saved model without variables. */
export function loadGraph(folder: string): number {
  return binding.loadSavedModel(folder, 'serve');
}

export function unloadGraph(graph: number): void {
  binding.deleteSavedModel(graph);
}

/** The kinds of attributes, as `Attribute.type` has them. */
export const attributeKinds = {
  string: binding.TF_ATTR_STRING,
  integer: binding.TF_ATTR_INT,
  boolean: binding.TF_ATTR_BOOL,
  type: binding.TF_ATTR_TYPE,
};

/** Live tensors, to notice leaks. */
export function tensorCount(): number {
  return tf.memory().numTensors;
}
