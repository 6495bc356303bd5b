// oxlint-disable-next-line import/no-unassigned-import -- for its effects, before TensorFlow.js loads
import './prepare-process.js';
import * as tf from '@tensorflow/tfjs-node-gpu';
import { createDistinctRows } from '../data/distinct-rows.js';
import { gatherRows } from '../data/gather-rows.js';
import type { Gradients, Parameter, Parameters } from '../networks/parameters.js';
import { gather, reshape, segmentSum } from './kernels.js';
import { floats, integers, readFloats, scope, type Tensor } from './tensorflow.js';

/** Rows of a table that a forward pass looks up. */
export interface Lookup {
  /** Name of the parameter, a table [rows, D]. */
  readonly table: string;
  /** Rows below the table's row count, each as often as it is needed. */
  readonly indexes: Int32Array;
  /** Shape of the indexes where they are not a plain list; the vectors then are [...shape, D]. */
  readonly shape?: readonly number[];
}

/** What a forward pass is written with. */
export interface Leaves<Name extends string> {
  /** A whole parameter. Throws an Error when none has this name. */
  readonly weight: (name: string) => Tensor;
  /** The vectors of a lookup, [indexes, D] or [...shape, D]. */
  readonly vectors: (lookup: Name) => Tensor;
}

export interface DifferentiateRequest<Name extends string> {
  readonly parameters: Parameters;
  readonly lookups: Readonly<Record<Name, Lookup>>;
  /** Parameters that get no gradient, such as moving statistics or a frozen table. */
  readonly fixed?: ReadonlySet<string>;
  /** A scalar, by the operations of `recorded.ts`. */
  readonly loss: (leaves: Leaves<Name>) => Tensor;
}

/**
 * The loss and its gradients by TensorFlow.js' own differentiation, for networks whose backward pass is not written by
 * hand. Of a table only the distinct rows of all its lookups travel to TensorFlow, and only their gradients come back, so
 * the cost is that of the rows, whatever the table's size. A parameter that is not fixed and that the loss does not
 * depend on is an Error. Leaves no tensor behind.
 */
export function differentiate<Name extends string>(
  request: DifferentiateRequest<Name>,
): { loss: number; gradients: Gradients } {
  const { parameters, fixed = new Set() } = request;
  const gradients: Gradients = new Map();
  let loss = Number.NaN;
  scope(() => {
    const tables = uploadRows(parameters, request.lookups);
    const inputs = new Map<string, Tensor>();
    for (const [name, { value, shape }] of parameters) {
      if (!fixed.has(name)) inputs.set(name, tables.get(name)?.rows ?? floats(value, [...shape]));
    }
    const withGradients = tf.valueAndGrads((...leaves: Tensor[]) => {
      const names = [...inputs.keys()];
      const recorded = new Map(names.map((name, index) => [name, leaves[index]!]));
      return request.loss(leavesOf(parameters, request.lookups, tables, recorded)).asScalar();
    });
    const { value, grads } = withGradients([...inputs.values()]);
    loss = readFloats(value)[0]!;
    [...inputs.keys()].forEach((name, index) => {
      const values = readFloats(grads[index]!);
      const table = tables.get(name);
      gradients.set(name, table === undefined ? values : { rows: table.indexes, values });
    });
  });
  return { loss, gradients };
}

/** A forward pass without gradients; `work` takes what it needs out of TensorFlow. Leaves no other tensor behind. */
export function compute<Name extends string, T>(
  parameters: Parameters,
  lookups: Readonly<Record<Name, Lookup>>,
  work: (leaves: Leaves<Name>) => T,
): T {
  return scope(() => work(leavesOf(parameters, lookups, uploadRows(parameters, lookups), new Map())));
}

interface TableLeaf {
  /** The distinct rows. */
  readonly indexes: Int32Array;
  /** [distinct, D] */
  readonly rows: Tensor;
  /** By lookup: for every index, its place among the distinct rows. Made before the forward pass, which frees its own. */
  readonly slots: ReadonlyMap<string, Tensor>;
}

const distinctRows = createDistinctRows();

function uploadRows(parameters: Parameters, lookups: Readonly<Record<string, Lookup>>): Map<string, TableLeaf> {
  const leaves = new Map<string, TableLeaf>();
  for (const table of new Set(Object.values(lookups).map((lookup) => lookup.table))) {
    const uses = Object.entries(lookups).filter(([, lookup]) => lookup.table === table);
    const { value, shape } = named(parameters, table);
    const [rowCount = 0, width = 0] = shape;
    const all = joined(uses.map(([, { indexes }]) => indexes));
    const { rows, slots } = distinctRows(all, rowCount);
    const slotsOf = new Map<string, Tensor>();
    let at = 0;
    for (const [lookup, { indexes }] of uses) {
      slotsOf.set(lookup, integers(slots.subarray(at, at + indexes.length), [indexes.length]));
      at += indexes.length;
    }
    const uploaded = floats(gatherRows(value, rows, width), [rows.length, width]);
    leaves.set(table, { indexes: rows, rows: uploaded, slots: slotsOf });
  }
  return leaves;
}

function leavesOf<Name extends string>(
  parameters: Parameters,
  lookups: Readonly<Record<Name, Lookup>>,
  tables: ReadonlyMap<string, TableLeaf>,
  recorded: Map<string, Tensor>,
): Leaves<Name> {
  return {
    weight(name) {
      const known = recorded.get(name);
      if (known !== undefined && !tables.has(name)) return known;
      const { value, shape } = named(parameters, name);
      return floats(value, [...shape]);
    },
    vectors(lookup) {
      const { table, indexes, shape = [indexes.length] } = lookups[lookup];
      const leaf = tables.get(table)!;
      return lookedUp(recorded.get(table) ?? leaf.rows, leaf.slots.get(lookup)!, shape);
    },
  };
}

/** [distinct, D] at slots -> [...shape, D]. TensorFlow.js' own gradient of gather transposes; this one adds up segments. */
function lookedUp(rows: Tensor, slots: Tensor, shape: readonly number[]): Tensor {
  const [count = 0, width = 0] = rows.shape;
  const lookUp = tf.customGrad((x) => ({
    value: reshape(gather(x as Tensor, slots), [...shape, width]),
    gradFunc: (dy: Tensor) => segmentSum(reshape(dy, [slots.size, width]), slots, count),
  }));
  return lookUp(rows);
}

function named(parameters: Parameters, name: string): Parameter {
  const found = parameters.get(name);
  if (found === undefined) throw new Error(`no parameter is called ${name}`);
  return found;
}

function joined(parts: readonly Int32Array[]): Int32Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
