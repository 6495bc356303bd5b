import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import {
  datasetName,
  DATASET_FORMATS,
  FILE_FORMATS,
  TIMESTAMP_UNITS,
  type DatasetSource,
} from '@click-recall/datasets';
import { ModelConfigError } from '@click-recall/model';
import { LineCounter, parseDocument, stringify, type Document } from 'yaml';
import { z } from 'zod';
import type { ExperimentKind } from './experiment-kind.js';
import { experimentKinds } from './experiments/experiment-kinds.js';
import { LabError } from './lab-error.js';
import { protocolSchema, type Protocol } from './protocol/protocol.js';

/** One configuration of a file, checked; trained once for every seed. */
export interface Experiment {
  /** Names the folders of its runs. */
  readonly name: string;
  /** How tables name it. */
  readonly label: string;
  readonly data: DatasetSource & { readonly name: string };
  readonly protocol: Protocol;
  readonly seeds: readonly number[];
  readonly kind: ExperimentKind;
  /** What `kind.parse` made of `model`. */
  readonly settings: unknown;
  /** `data` as it was written, with whole paths. */
  readonly dataEntry: DataEntry;
}

/** What is not for the files to say, since it differs from machine to machine or from question to question. */
export interface ReadOptions {
  /** Relative paths of data are in here; the experiment file's own folder unless given. */
  readonly dataFolder?: string | undefined;
  /** Files of data sets by name, in place of the paths that the experiment files give. */
  readonly dataPaths?: ReadonlyMap<string, string> | undefined;
  /** Every experiment by the protocol that keeps repeats, under a name of its own. */
  readonly keepRepeats?: boolean | undefined;
}

const text = z.string().min(1);
const dataName = { name: text.optional(), path: text };
const tableOptions = z.strictObject({
  user: text.default('userId'),
  item: text.default('itemId'),
  timestamp: text.optional(),
  timestampUnit: z.enum(TIMESTAMP_UNITS).default('ms'),
  rating: text.optional(),
  type: text.optional(),
  keep: z.array(text).optional(),
  items: z
    .strictObject({
      path: text,
      itemId: text.default('itemId'),
      title: text.optional(),
      categories: text.optional(),
      categorySeparator: text.optional(),
    })
    .optional(),
});
const dataSchema = z.discriminatedUnion(
  'format',
  [
    z.strictObject({ format: z.enum(['recbole', 'user-item', 'user-items']), ...dataName }),
    z.strictObject({ format: z.enum(FILE_FORMATS), ...dataName, options: tableOptions.prefault({}) }),
  ],
  { error: ({ code }) => (code === 'invalid_union' ? `expected one of ${DATASET_FORMATS.join(', ')}` : undefined) },
);

type DataEntry = z.output<typeof dataSchema>;

const seedSchema = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);
const experimentSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][\w.+-]*$/, 'expected letters, digits, and . _ + - between them'),
  label: text.optional(),
  data: dataSchema,
  protocol: protocolSchema,
  seeds: z.array(seedSchema).min(1).default([1]),
  model: z.looseObject({ network: z.string({ error: 'expected the name of a network' }) }),
});

/**
 * Reads a YAML file of one experiment or a list of them.
 *
 * @throws LabError naming the file, the line and the field of the first thing that is wrong
 */
export async function readExperiments(file: string, options: ReadOptions = {}): Promise<Experiment[]> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new LabError(`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, merge: true });
  const [fault] = document.errors;
  if (fault) throw new LabError(`${file}:${fault.linePos?.[0].line ?? 1}: ${fault.message.split('\n')[0]}`);
  const value = contentOf(file, document);
  const isList = Array.isArray(value);
  const entries: readonly unknown[] = isList ? value : [value];
  if (entries.length === 0) throw new LabError(`${file}: has no experiment`);
  const experiments = entries.map((entry, at) =>
    checkExperiment(entry, file, options, (path, expected) => {
      const whole = isList ? [at, ...path] : path;
      return new LabError(`${file}:${lineOf(document, lines, whole)}: ${shownPath(whole)}: ${expected}`);
    }),
  );
  refuseTwins(file, experiments);
  return experiments;
}

/** Aliases and merges are followed only here: to nothing, to what cannot be merged, or to far too much. */
function contentOf(file: string, document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new LabError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Path = readonly (string | number)[];
type Fault = (path: Path, expected: string) => LabError;

function checkExperiment(entry: unknown, file: string, options: ReadOptions, fault: Fault): Experiment {
  const parsed = experimentSchema.safeParse(entry);
  const issue = parsed.error?.issues[0];
  if (issue) {
    const [path, problem] = pathAndProblem(issue);
    throw fault(path, `${problem}${found(entry, path)}`);
  }
  const { data, seeds, model } = parsed.data!;
  const repeats = options.keepRepeats === true && !parsed.data!.protocol.keepRepeats;
  const name = repeats ? `${parsed.data!.name}-repeats` : parsed.data!.name;
  const { label = name } = parsed.data!;
  const protocol: Protocol = repeats ? { ...parsed.data!.protocol, keepRepeats: true } : parsed.data!.protocol;
  const { network, ...settings } = model;
  const kind = experimentKinds.get(network);
  if (!kind) {
    throw fault(['model', 'network'], `expected one of ${[...experimentKinds.keys()].join(', ')}, found "${network}"`);
  }
  const dataEntry = placedEntry(data, file, options);
  try {
    return {
      name,
      label,
      data: sourceOf(dataEntry),
      dataEntry,
      protocol,
      seeds,
      kind,
      settings: kind.parse(settings, protocol),
    };
  } catch (error) {
    if (!(error instanceof ModelConfigError)) throw error;
    const path = error.field.split('.');
    throw fault(path[0] === 'protocol' ? path : ['model', ...path], error.message);
  }
}

function pathAndProblem(issue: z.core.$ZodIssue): [Path, string] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code !== 'unrecognized_keys')
    return [path, issue.message.replace(/^Invalid \w+( value)?[:.] [Ee]xpected/, 'expected')];
  return [[...path, issue.keys[0] ?? ''], 'there is no such field'];
}

/** What stands there, where it is short. */
function found(entry: unknown, path: Path): string {
  let value = entry;
  for (const part of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
  return typeof value === 'string' || typeof value === 'number' ? `, found ${JSON.stringify(value)}` : '';
}

/** With a name and whole paths. */
function placedEntry(
  data: DataEntry,
  file: string,
  { dataFolder, dataPaths }: ReadOptions,
): DataEntry & { name: string } {
  const name = data.name ?? datasetName(data.path);
  const inFolder = (path: string): string => (isAbsolute(path) ? path : resolve(dataFolder ?? dirname(file), path));
  const given = dataPaths?.get(name);
  const path = given === undefined ? inFolder(data.path) : resolve(given);
  if (!('options' in data)) return { ...data, name, path };
  const { items } = data.options;
  const options = { ...data.options, ...(items && { items: { ...items, path: inFolder(items.path) } }) };
  return { ...data, name, path, options };
}

function sourceOf(data: DataEntry & { name: string }): Experiment['data'] {
  if (!('options' in data)) return data;
  const { name, path, format, options } = data;
  const { items, ...columns } = options;
  return { name, path, format, columns, ...(items && { items }) };
}

/** An experiment of one seed as it can stand in a file again. */
export function writeExperiment(experiment: Experiment, seed: number): string {
  const { name, label, dataEntry, protocol, kind, settings } = experiment;
  const model = { network: kind.network, ...(settings as object) };
  return stringify({ name, ...(label !== name && { label }), data: dataEntry, protocol, seeds: [seed], model });
}

function refuseTwins(file: string, experiments: readonly Experiment[]): void {
  const names = experiments.map(({ name }) => name);
  const twin = names.find((name, at) => names.indexOf(name) !== at);
  if (twin !== undefined) throw new LabError(`${file}: two experiments are called ${twin}`);
}

/** The line of the field, or of the nearest part around it that is written down. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] } | undefined)?.range;
    if (range?.[0] !== undefined) return lines.linePos(range[0]).line;
  }
  return 1;
}

function shownPath(path: Path): string {
  return path.reduce<string>(
    (shown, part) => (typeof part === 'number' ? `${shown}[${part}]` : shown === '' ? part : `${shown}.${part}`),
    '',
  );
}
