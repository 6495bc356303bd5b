import { execute, floats, floatType, free, stringAttribute, type Attribute, type Tensor } from './tensorflow.js';

/** Marks a oneDNN kernel that keeps TensorFlow's layout of tensors. */
const sameLayout = stringAttribute('_kernel', 'MklNameChangeOp');

let known: { readonly name: string; readonly attributes: Attribute[] } | undefined;

/** Softmax over the last axis; oneDNN's kernel, two to three times faster than TensorFlow's own, where the library has it. */
export function softmax(x: Tensor): Tensor {
  known ??= has('_MklSoftmax', [floatType, sameLayout])
    ? { name: '_MklSoftmax', attributes: [floatType, sameLayout] }
    : { name: 'Softmax', attributes: [floatType] };
  return execute(known.name, known.attributes, [x], x.shape);
}

function has(name: string, attributes: Attribute[]): boolean {
  const x = floats(Float32Array.of(0), [1, 1]);
  try {
    free(execute(name, attributes, [x], x.shape));
    return true;
  } catch {
    return false; // A library built without oneDNN, or a tensor on a GPU.
  } finally {
    x.dispose();
  }
}
