import { attributeKinds, type Attribute } from './tensorflow.js';

/** A kernel in a graph, or what is fed to it. Inputs are names of nodes. */
export interface GraphNode {
  readonly name: string;
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly attributes: readonly Attribute[];
  /** Of an operation `Const`: integers. */
  readonly value?: { readonly values: Int32Array; readonly shape: readonly number[] };
}

const integerType = 3;
/** Of TensorFlow 2's graphs; decides which meaning of an operation counts. */
const graphVersion = 1286;

/**
 * The bytes of `saved_model.pb`: one graph without variables under the tag `serve`. Field numbers are those of TensorFlow's
 * saved_model.proto, meta_graph.proto, graph.proto, node_def.proto, attr_value.proto and tensor.proto.
 */
export function savedModelBytes(nodes: readonly GraphNode[]): Buffer {
  const graph = Buffer.concat([...nodes.map((node) => bytes(1, nodeBytes(node))), bytes(4, number(1, graphVersion))]);
  const metaGraph = Buffer.concat([bytes(1, bytes(4, 'serve')), bytes(2, graph)]);
  return Buffer.concat([number(1, 1), bytes(2, metaGraph)]);
}

function nodeBytes({ name, operation, inputs, attributes, value }: GraphNode): Buffer {
  const parts = [bytes(1, name), bytes(2, operation), ...inputs.map((input) => bytes(3, input))];
  for (const attribute of attributes) parts.push(named(attribute.name, attributeBytes(attribute)));
  if (value !== undefined) {
    const shape = Buffer.concat(value.shape.map((length) => bytes(2, number(1, length))));
    const content = Buffer.from(value.values.buffer, value.values.byteOffset, value.values.byteLength);
    const tensor = Buffer.concat([number(1, integerType), bytes(2, shape), bytes(4, content)]);
    parts.push(named('dtype', number(6, integerType)), named('value', bytes(8, tensor)));
  }
  return Buffer.concat(parts);
}

function attributeBytes({ name, type, value }: Attribute): Buffer {
  switch (type) {
    case attributeKinds.string:
      return bytes(2, value as string);
    case attributeKinds.integer:
      return number(3, Number(value));
    case attributeKinds.boolean:
      return number(5, value === true ? 1 : 0);
    case attributeKinds.type:
      return number(6, Number(value));
    default:
      throw new Error(`attribute ${name} is of a kind that no graph here has`);
  }
}

/** An entry of a node's map of attributes. */
function named(name: string, value: Buffer): Buffer {
  return bytes(5, Buffer.concat([bytes(1, name), bytes(2, value)]));
}

function bytes(field: number, content: Buffer | string): Buffer {
  const payload = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.concat([varint(field * 8 + 2), varint(payload.length), payload]);
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** Seven bits a byte, the lowest first; `value` is from 0 to 2^31. */
function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  while (rest > 127) {
    out.push((rest & 127) | 128);
    rest >>>= 7;
  }
  out.push(rest);
  return Buffer.from(out);
}
