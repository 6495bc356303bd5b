/**
 * With `recorded.ts` and `differentiate.ts` the only files that import TensorFlow.js. The sequence encoder is written
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

export function execute(name: string, attributes: Attribute[], inputs: Tensor[]): Tensor {
  return backend.executeSingleOutput(name, attributes, inputs);
}

export function floats(values: Float32Array, shape: number[]): Tensor {
  return tf.tensor(values, shape, 'float32');
}

export function integers(values: Int32Array, shape: number[]): Tensor {
  return tf.tensor(values, shape, 'int32');
}

export function booleans(values: Uint8Array, shape: number[]): Tensor {
  return tf.tensor(values, shape, 'bool');
}

export function readFloats(tensor: Tensor): Float32Array {
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
function tensorsIn(value: unknown, found: Tensor[] = []): Tensor[] {
  if (value instanceof tf.Tensor) found.push(value);
  else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const part of Object.values(value)) tensorsIn(part, found);
  }
  return found;
}

/** Live tensors, to notice leaks. */
export function tensorCount(): number {
  return tf.memory().numTensors;
}
