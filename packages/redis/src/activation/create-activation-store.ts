import { FatalError } from '@click-recall/runtime';
import type { Reply } from '../connection/commands.js';
import { loadScript } from '../connection/load-script.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { keysOf } from '../keys.js';
import type { Lift } from '../records/create-model-store.js';

/** The versions that are live together. */
export interface Activation {
  /** Model version. */
  readonly encoder: string;
  readonly index: string;
  readonly vocabulary: string;
  readonly lift: Lift;
  /** '' = none: what is recalled is not re-ranked. It belongs to `encoder`. */
  readonly ranker: string;
  readonly mapping: string;
  /** ms since the epoch. */
  readonly activatedAt: number;
  /** ms since the epoch; absent while the ranker is the one that the encoder went live with. */
  readonly rankerActivatedAt?: number;
  /** The encoder that was live before. */
  readonly previous: string | null;
}

export type Activated = 'activated' | { readonly refused: string | null };

/** Which model version is live, and which are being built. What reads the activation rejects with a {@link FatalError} where it is damaged. */
export interface ActivationStore {
  /** null: none was ever activated. */
  read(): Promise<Activation | null>;
  /** The live version and those being built, in one round trip: every version that a new vector must be written to. */
  readWithBuilding(): Promise<{ activation: Activation | null; building: string[] }>;
  /** Switches in one step if `expectedEncoder` is live (null: none); else answers which one is. */
  compareAndSet(expectedEncoder: string | null, next: Activation): Promise<Activated>;
  /** Makes a ranker live, in one step, if the encoder that it belongs to is; else answers which one is. */
  switchRanker(encoder: string, ranker: string, now: number): Promise<Activated>;
  /** Calls back at each switch, with the new encoder's version. A notice can be lost while disconnected: poll too. */
  onChange(listener: (encoder: string) => void): Promise<() => Promise<void>>;
  addBuilding(version: string): Promise<void>;
  removeBuilding(version: string): Promise<void>;
  buildingVersions(): Promise<string[]>;
}

export function createActivationStore(
  redis: RedisConnection,
  { namespace }: { readonly namespace: string },
): ActivationStore {
  const { commands } = redis;
  const keys = keysOf(namespace);
  const switchAll = loadScript('switch-activation');
  const switchRanker = loadScript('switch-ranker');
  return {
    read: async () =>
      decodeActivation(keys.activation, (await commands.call(['HGETALL', keys.activation])) as string[]),
    readWithBuilding: async () => {
      // In this order: a version leaves the list after it went live, so one that goes live in between is in one of the two answers.
      const [building, fields] = await commands.pipeline([
        ['SMEMBERS', keys.building],
        ['HGETALL', keys.activation],
      ]);
      return {
        activation: decodeActivation(keys.activation, fields as string[]),
        building: (building as string[]).toSorted(),
      };
    },
    compareAndSet: async (expectedEncoder, next) => {
      const [reply] = await commands.run(switchAll, [
        {
          keys: [keys.activation],
          args: [expectedEncoder ?? '', keys.activationChannel, next.encoder, ...encodeActivation(next)],
        },
      ]);
      return readSwitched(reply);
    },
    switchRanker: async (encoder, ranker, now) => {
      const args = [encoder, keys.activationChannel, ranker, now];
      const [reply] = await commands.run(switchRanker, [{ keys: [keys.activation], args }]);
      return readSwitched(reply);
    },
    onChange: (listener) => redis.subscribe(keys.activationChannel, listener),
    addBuilding: async (version) => {
      await commands.call(['SADD', keys.building, version]);
    },
    removeBuilding: async (version) => {
      await commands.call(['SREM', keys.building, version]);
    },
    buildingVersions: async () => ((await commands.call(['SMEMBERS', keys.building])) as string[]).toSorted(),
  };
}

function readSwitched(reply: Reply | undefined): Activated {
  const [switched, live] = reply as [number, (string | null)?];
  return switched === 1 ? 'activated' : { refused: live ?? null };
}

function encodeActivation({ lift, previous, ...rest }: Activation): (string | number)[] {
  const fields = {
    ...rest,
    'lift.items': lift.items,
    'lift.users': lift.users,
    ...(lift.shards !== undefined && { 'lift.shards': lift.shards }),
    ...(previous !== null && { previous }),
  };
  return Object.entries(fields).flat();
}

function decodeActivation(key: string, reply: readonly string[]): Activation | null {
  const fields = new Map<string, string>();
  for (let index = 0; index + 1 < reply.length; index += 2) fields.set(reply[index] ?? '', reply[index + 1] ?? '');
  const text = (field: string): string => fields.get(field) ?? '';
  // Nobody but us writes them: a guess could search, or write, an index that is laid out in another way.
  const number = (field: string, isOne: (value: number) => boolean): number => {
    const value = Number(text(field));
    if (text(field).trim() !== '' && isOne(value)) return value;
    throw new FatalError(
      `${key} in Redis is damaged (${field} is no such number); delete it, then \`click-recall rollback\` to the version that was live`,
    );
  };
  if (!fields.has('encoder')) return null;
  return {
    encoder: text('encoder'),
    index: text('index'),
    vocabulary: text('vocabulary'),
    lift: {
      items: number('lift.items', isLength),
      users: number('lift.users', isLength),
      ...(fields.has('lift.shards') && { shards: number('lift.shards', isCount) }),
    },
    ranker: text('ranker'),
    mapping: text('mapping'),
    activatedAt: number('activatedAt', isTime),
    ...(fields.has('rankerActivatedAt') && { rankerActivatedAt: number('rankerActivatedAt', isTime) }),
    previous: fields.get('previous') ?? null,
  };
}

const isLength = (value: number): boolean => Number.isFinite(value) && value > 0;
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0;
const isTime = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
