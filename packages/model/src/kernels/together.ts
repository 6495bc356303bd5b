import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { savedModelBytes, type GraphNode } from './saved-model.js';
import {
  hold,
  isPending,
  isRecording,
  loadGraph,
  pendingTensor,
  release,
  runGraph,
  scope,
  tensorsIn,
  typeAttribute,
  unloadGraph,
  withRecorder,
  type Attribute,
  type DataType,
  type Recorder,
  type Tensor,
} from './tensorflow.js';

/** Graphs kept for the next time; the one unused for the longest goes first. */
const graphsKept = 32;
const graphs = new Map<string, number>();

/**
 * Like `scope`, but the kernels that `work` calls run all together when it is done, as one TensorFlow graph: independent ones side by
 * side, results in the place of what is no longer needed, a product and its bias in one. Nothing can be read inside `work`. The
 * graph of a sequence of kernels is made once and fits any lengths of axes, so it serves every batch; the values of `constant`
 * are part of it.
 */
export function together<T>(work: () => T): T {
  if (isRecording()) return scope(work);
  return scope(() => {
    const recording = createRecording();
    try {
      const result = withRecorder(recording, () => scope(work));
      recording.run(tensorsIn(result).filter(isPending));
      return result;
    } finally {
      recording.release();
    }
  });
}

interface Recording extends Recorder {
  /** Runs what was noted, as far as `outputs` need it. */
  run(outputs: readonly Tensor[]): void;
  release(): void;
}

function createRecording(): Recording {
  const nodes: GraphNode[] = [];
  /** Names of nodes, by what the tensor is known by. */
  const names = new Map<object, string>();
  const fed: { readonly dataId: object; readonly id: number; readonly name: string }[] = [];

  function feed(tensor: Tensor): string {
    if (isPending(tensor)) throw new Error('a tensor of a graph that did not run');
    const name = `feed${fed.length}`;
    fed.push({ dataId: tensor.dataId, id: hold(tensor), name });
    nodes.push({
      name,
      operation: 'Placeholder',
      inputs: [],
      attributes: [typeAttribute('dtype', types[tensor.dtype as DataType])],
    });
    names.set(tensor.dataId, name);
    return name;
  }

  function note(node: Omit<GraphNode, 'name'>, shape: number[], dtype: DataType): Tensor {
    const name = `node${nodes.length}`;
    nodes.push({ ...node, name });
    const tensor = pendingTensor(shape, dtype);
    names.set(tensor.dataId, name);
    return tensor;
  }

  return {
    kernel(operation: string, attributes: Attribute[], inputs: Tensor[], shape: number[], dtype: DataType) {
      return note(
        { operation, attributes, inputs: inputs.map((input) => names.get(input.dataId) ?? feed(input)) },
        shape,
        dtype,
      );
    },
    constant: (values, shape) =>
      note({ operation: 'Const', attributes: [], inputs: [], value: { values, shape } }, shape, 'int32'),
    run(outputs) {
      const distinct = [...new Map(outputs.map((tensor) => [tensor.dataId, tensor])).values()];
      if (distinct.length === 0) return;
      runGraph(
        graphOf(nodes),
        { ids: fed.map(({ id }) => id), names: fed.map(({ name }) => `${name}:0`).join(',') },
        { tensors: distinct, names: distinct.map(({ dataId }) => `${names.get(dataId)}:0`).join(',') },
      );
    },
    release() {
      for (const { dataId } of fed) release(dataId);
    },
  };
}

const types: Readonly<Record<DataType, number>> = { float32: 1, int32: 3, bool: 10 };

function graphOf(nodes: readonly GraphNode[]): number {
  const key = nodes.map(keyOf).join('\n');
  const known = graphs.get(key);
  const graph = known ?? load(nodes);
  graphs.delete(key);
  graphs.set(key, graph);
  if (graphs.size > graphsKept) {
    const [oldest, unused] = [...graphs][0]!;
    graphs.delete(oldest);
    unloadGraph(unused);
  }
  return graph;
}

function keyOf({ operation, inputs, attributes, value }: GraphNode): string {
  let key = operation;
  for (const input of inputs) key += ` ${input}`;
  for (const attribute of attributes) key += ` ${attribute.name}=${attribute.value as string | number | boolean}`;
  return value === undefined ? key : `${key} [${value.shape.join(',')}] ${value.values.join(',')}`;
}

function load(nodes: readonly GraphNode[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), savedModelBytes(nodes));
    return loadGraph(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
