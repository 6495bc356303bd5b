import { parseArgs } from 'node:util';

// The shapes are those of infra/src/replay; scripts are compiled before it, so they are written out.

/** @typedef {'csv' | 'tsv' | 'jsonl'} Format */

/**
 * @typedef {object} EventLogSource
 * @property {string} file
 * @property {Format} format
 * @property {string} user column
 * @property {string} item column
 * @property {string} timestamp column
 * @property {'s' | 'ms' | 'iso'} timestampUnit
 * @property {string} [type] column
 * @property {readonly string[]} [keep] types that are replayed
 * @property {number} [maxEvents]
 */

/**
 * @typedef {object} ItemLogSource
 * @property {string} file
 * @property {Format} format
 * @property {string} itemId column
 * @property {string} [title] column
 * @property {string} [categories] column
 */

/**
 * @typedef {object} StartOptions
 * @property {boolean} once end by itself after the summary
 * @property {boolean} serve only start everything: no replay, no training, no summary
 * @property {string | undefined} json file for the summary
 * @property {number | undefined} epochs
 * @property {number | undefined} maxEvents
 * @property {EventLogSource | undefined} events the user's own log; undefined = MovieLens-100k
 * @property {ItemLogSource | undefined} items
 * @property {string | undefined} data folder of everything that is kept
 */

/** A wrong argument: shown without a stack, exit code 2. */
export class UsageError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'UsageError';
  }
}

export const USAGE = `Starts the whole pipeline on this machine and runs it on real input.

  npm start                      everything up, MovieLens-100k replayed, a model trained; stays up until Ctrl-C
  npm start -- --once            the same, and ends by itself after the summary

  --json FILE                    write the summary as JSON
  --epochs N                     train at most N epochs
  --max-events N                 replay only the first N rows
  --data FOLDER                  where Kafka, Redis, models and logs are kept (default: .data)
  --serve                        only start everything, replay and train nothing

your own log of events (gzip accepted):
  --events FILE --format csv|tsv|jsonl --user COLUMN --item COLUMN --timestamp COLUMN
  --timestamp-unit s|ms|iso      default: ms
  --type COLUMN --keep A,B       replay only the rows of these types
  --items FILE --item-id COLUMN [--title COLUMN] [--categories COLUMN]
                                 titles and categories ("A|B"); read as the same format as --events

example:
  npm start -- --events shop.csv.gz --format csv --user visitor --item sku --timestamp time --timestamp-unit iso
`;

const OPTIONS = /** @type {const} */ ({
  once: { type: 'boolean' },
  serve: { type: 'boolean' },
  json: { type: 'string' },
  data: { type: 'string' },
  epochs: { type: 'string' },
  'max-events': { type: 'string' },
  events: { type: 'string' },
  format: { type: 'string' },
  user: { type: 'string' },
  item: { type: 'string' },
  timestamp: { type: 'string' },
  'timestamp-unit': { type: 'string' },
  type: { type: 'string' },
  keep: { type: 'string' },
  items: { type: 'string' },
  'item-id': { type: 'string' },
  title: { type: 'string' },
  categories: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
});

/**
 * @param {string[]} args
 * @returns {StartOptions | 'help'}
 * @throws UsageError
 */
export function parseStartOptions(args) {
  const values = readArguments(args);
  if (values.help) return 'help';
  const maxEvents = wholeNumber('max-events', values['max-events']);
  const format = oneOf('format', values.format, ['csv', 'tsv', 'jsonl']);
  return {
    once: values.once ?? false,
    serve: values.serve ?? false,
    json: values.json,
    data: values.data,
    epochs: wholeNumber('epochs', values.epochs),
    maxEvents,
    events: eventSource(values, format, maxEvents),
    items: itemSource(values, format),
  };
}

/** @typedef {{ [name in keyof typeof OPTIONS]?: (typeof OPTIONS)[name]['type'] extends 'boolean' ? boolean : string }} Values */

/**
 * @param {string[]} args
 * @returns {Values}
 */
function readArguments(args) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {Values} values
 * @param {'csv' | 'tsv' | 'jsonl' | undefined} format
 * @param {number | undefined} maxEvents
 * @returns {EventLogSource | undefined}
 */
function eventSource(values, format, maxEvents) {
  const own = /** @type {const} */ (['format', 'user', 'item', 'timestamp', 'timestamp-unit', 'type', 'keep', 'items']);
  if (values.events === undefined) {
    const lone = own.find((name) => values[name] !== undefined);
    if (lone) throw new UsageError(`--${lone} describes a log of your own: give it with --events FILE`);
    return undefined;
  }
  if (values.keep !== undefined && values.type === undefined) {
    throw new UsageError('--keep lists types: say with --type which column has them');
  }
  return {
    file: values.events,
    format: needed('format', format),
    user: needed('user', values.user),
    item: needed('item', values.item),
    timestamp: needed('timestamp', values.timestamp),
    timestampUnit: oneOf('timestamp-unit', values['timestamp-unit'], ['s', 'ms', 'iso']) ?? 'ms',
    ...(values.type === undefined ? {} : { type: values.type }),
    ...(values.keep === undefined ? {} : { keep: values.keep.split(',').map((type) => type.trim()) }),
    ...(maxEvents === undefined ? {} : { maxEvents }),
  };
}

/**
 * @param {Values} values
 * @param {'csv' | 'tsv' | 'jsonl' | undefined} format
 * @returns {ItemLogSource | undefined}
 */
function itemSource(values, format) {
  if (values.items === undefined) {
    const lone = /** @type {const} */ (['item-id', 'title', 'categories']).find((name) => values[name] !== undefined);
    if (lone) throw new UsageError(`--${lone} describes a file of items: give it with --items FILE`);
    return undefined;
  }
  return {
    file: values.items,
    format: needed('format', format),
    itemId: needed('item-id', values['item-id']),
    ...(values.title === undefined ? {} : { title: values.title }),
    ...(values.categories === undefined ? {} : { categories: values.categories }),
  };
}

/**
 * @template T
 * @param {string} name
 * @param {T | undefined} value
 * @returns {T}
 */
function needed(name, value) {
  if (value === undefined)
    throw new UsageError(`--${name} is missing: a log of your own needs it (see npm start -- --help)`);
  return value;
}

/**
 * @template {string} T
 * @param {string} name
 * @param {string | undefined} value
 * @param {readonly T[]} choices
 * @returns {T | undefined}
 */
function oneOf(name, value, choices) {
  if (value === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new UsageError(`--${name}: expected ${choices.join(', ')}, not "${value}"`);
  return choice;
}

/**
 * @param {string} name
 * @param {string | undefined} value
 * @returns {number | undefined}
 */
function wholeNumber(name, value) {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new UsageError(`--${name}: expected a whole number of at least 1, not "${value}"`);
  return number;
}
