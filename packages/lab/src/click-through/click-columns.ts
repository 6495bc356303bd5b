import type { Dataset } from '@click-recall/datasets';
import type { FieldColumn } from '@click-recall/model';
import { z } from 'zod';
import { LabError } from '../lab-error.js';
import { agreement, inQuantiles } from './agreement.js';
import { alikeShare, nearbyShare, nearestRows, type LabelledTraining } from './label-shares.js';

const made =
  /^(user|item|categories|hour|weekday|period|user-age|user-clicks|item-clicks|rated|raters|mood|alike-items|alike-users|agreeing-items|agreeing-users|user\..+|item\..+)$/;

/** A field of a click model: what of an interaction it is made of, and how its values are grouped. */
export const fieldSchema = z.strictObject({
  /**
   * `user`, `item`, `categories`; a column of users (`user.age`) or items (`item.release_year`); `hour`, `weekday`; `period`
   * (equal parts of the whole time), `user-age` (since the user's first); `user-clicks`, `item-clicks`; `rated` (what else
   * the user has rated, nearest in time first), `raters` (who else has rated the item). Shares of positive labels, in
   * `buckets` (20): `mood` (of the user's 10 rows nearest in time), `alike-items` (of the user's, heavier the more alike the
   * item), `alike-users` (of the item's, heavier the more alike the user). `agreeing-users`, `agreeing-items`: what
   * neighbours say whose labels agree, in `buckets` (50) of equally many rows. Counts, times, lists and shares come from
   * training rows alone, lists and shares never from the row itself.
   */
  of: z.string().regex(made, 'no field is made of this'),
  /** Numbers are rounded down to multiples of this. */
  step: z.number().positive().optional(),
  /** Only the first characters of a text. */
  prefix: z.int().min(1).optional(),
  /** Into so many parts: periods; powers of two by default for counts and ages. */
  buckets: z.int().min(1).optional(),
  /** Values that count of a row, the first ones. */
  slots: z.int().min(1).max(512).default(1),
});

export type FieldSpec = z.output<typeof fieldSchema>;

/**
 * Columns of all interactions; counts, lists and shares look at the rows of `training.train` alone.
 *
 * @throws LabError for a field of what the data does not have, or of more ids than a table holds
 */
export function clickColumns(data: Dataset, specs: readonly FieldSpec[], training: LabelledTraining): FieldColumn[] {
  return specs.map((spec) => {
    const valuesOf = column(data, spec, training);
    return { name: spec.of, slots: spec.slots, valuesOf: (row) => valuesOf(row).map((value) => grouped(value, spec)) };
  });
}

type ValuesOf = (row: number) => readonly string[];

/** Rows of a user whose labels make a mood. */
const moodRows = 10;

function column(data: Dataset, { of, buckets, slots }: FieldSpec, training: LabelledTraining): ValuesOf {
  const { train } = training;
  const { users, items } = data.interactions;
  const times = data.interactions.times ?? new Float64Array(users.length);
  const timeOf = (row: number): Date => new Date(times[row]!);
  refuseMissing(data, of);
  if (of.startsWith('user.')) {
    const name = of.slice('user.'.length);
    return (row) => filled(data.users?.[users[row]!]?.[name]);
  }
  if (of.startsWith('item.')) {
    const name = of.slice('item.'.length);
    return (row) => filled(data.items?.[items[row]! - 1]?.fields[name]);
  }
  switch (of) {
    case 'user':
      return (row) => [String(users[row])];
    case 'item':
      return (row) => [String(items[row])];
    case 'categories':
      return (row) => data.items?.[items[row]! - 1]?.categories ?? [];
    case 'hour':
      return (row) => [String(timeOf(row).getUTCHours())];
    case 'weekday':
      return (row) => [String(timeOf(row).getUTCDay())];
    case 'period':
      return periods(times, train, buckets ?? 20);
    case 'user-age':
      return ages(users, times, train);
    case 'user-clicks':
      return counts(users, train);
    case 'item-clicks':
      return counts(items, train);
    case 'rated':
      return others(users, items, times, train, slots);
    case 'raters':
      return others(items, users, times, train, slots);
    case 'mood':
      return inBuckets(nearbyShare(users, times, training, moodRows), buckets);
    case 'alike-items':
      return inBuckets(alikeShare(users, items, training), buckets);
    case 'alike-users':
      return inBuckets(alikeShare(items, users, training), buckets);
    case 'agreeing-users':
      return neighbours(agreement(users, items, items, training), train, buckets);
    case 'agreeing-items':
      return neighbours(agreement(items, users, items, training), train, buckets);
    default:
      throw new Error(`no field is made of ${of}`);
  }
}

const ofTime = ['hour', 'weekday', 'period', 'user-age'];

function refuseMissing({ name, interactions, users, items }: Dataset, of: string): void {
  const [owner = '', part = ''] = of.split(/\.(.*)/s);
  const isThere =
    part === ''
      ? interactions.times !== undefined || !ofTime.includes(of)
      : owner === 'user'
        ? users?.some((user) => part in user)
        : items?.some(({ fields }) => part in fields);
  if (isThere !== true) throw new LabError(`fields: ${name} has nothing to make ${of} of`);
}

function filled(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : [value];
}

function grouped(value: string, { step, prefix }: FieldSpec): string {
  if (prefix !== undefined) return value.slice(0, prefix);
  return step === undefined || Number.isNaN(Number(value)) ? value : String(Math.floor(Number(value) / step) * step);
}

function periods(times: Float64Array, train: Int32Array, buckets: number): ValuesOf {
  let [first, last] = [Infinity, -Infinity];
  for (const row of train) {
    first = Math.min(first, times[row]!);
    last = Math.max(last, times[row]!);
  }
  const part = (last - first) / buckets || 1;
  return (row) => [String(Math.max(0, Math.min(buckets - 1, Math.floor((times[row]! - first) / part))))];
}

/** Hours since the user's first training row, by powers of two; '-' before it. */
function ages(users: Int32Array, times: Float64Array, train: Int32Array): ValuesOf {
  const first = new Map<number, number>();
  for (const row of train) first.set(users[row]!, Math.min(first.get(users[row]!) ?? Infinity, times[row]!));
  return (row) => {
    const age = times[row]! - (first.get(users[row]!) ?? Infinity);
    return [age < 0 ? '-' : String(Math.floor(Math.log2(1 + age / 3_600_000)))];
  };
}

/** How many training rows have the same id, by powers of two in quarters. */
function counts(ids: Int32Array, train: Int32Array): ValuesOf {
  const count = new Map<number, number>();
  for (const row of train) count.set(ids[row]!, (count.get(ids[row]!) ?? 0) + 1);
  return (row) => [String(Math.floor(2 * Math.log2(1 + (count.get(ids[row]!) ?? 0))))];
}

function neighbours(value: (row: number) => number, train: Int32Array, buckets = 50): ValuesOf {
  const bucketOf = inQuantiles(value, train, buckets);
  return (row) => [String(bucketOf(row))];
}

function inBuckets(share: (row: number) => number, buckets = 20): ValuesOf {
  return (row) => [String(Math.min(buckets - 1, Math.floor(share(row) * buckets)))];
}

/** What else goes with a row's id in the training rows, the nearest in time first. */
function others(ids: Int32Array, partners: Int32Array, times: Float64Array, train: Int32Array, most: number): ValuesOf {
  const nearestOf = nearestRows(ids, times, train, most);
  return (row) => nearestOf(row).map((other) => String(partners[other]));
}
