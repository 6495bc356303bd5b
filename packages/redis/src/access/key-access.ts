import { keysOf, type Keys } from '../keys.js';

/** Who goes to Redis: each service, and the operator with the command. Each has a user of its own there. */
export const REDIS_USERS = ['ingest', 'trainer', 'embedder', 'recall', 'console', 'operator'] as const;
export type RedisUserName = (typeof REDIS_USERS)[number];

/** R reads; W also writes. */
export type Access = 'R' | 'W';

/** The families of keys, the one channel apart. */
export type KeyFamily = Exclude<keyof Keys, 'activationChannel'>;

type Uses = Readonly<Partial<Record<RedisUserName, Access>>>;

const EVERYBODY_READS = { ingest: 'W', trainer: 'R', embedder: 'R', recall: 'R', operator: 'R' } as const;

/** Who uses which family of keys, and how: what the users' rights derive from. One writer a family, but for records of models. */
export const KEY_ACCESS: Readonly<Record<KeyFamily, Uses>> = {
  sequence: EVERYBODY_READS,
  seen: { ingest: 'W', recall: 'R' },
  user: EVERYBODY_READS,
  users: EVERYBODY_READS,
  itemsPrefix: EVERYBODY_READS,
  knownItems: EVERYBODY_READS,
  deletedItems: EVERYBODY_READS,
  offset: EVERYBODY_READS,
  offsetServers: { ingest: 'W' },
  // The embedder says how the indexes of a version are laid out, and which is live.
  modelsPrefix: { trainer: 'W', embedder: 'W', recall: 'R', operator: 'R' },
  modelVersions: { trainer: 'W', embedder: 'W', recall: 'R', operator: 'R' },
  rankersPrefix: { trainer: 'W', embedder: 'R', operator: 'R' },
  rankerVersions: { trainer: 'W', embedder: 'R', operator: 'R' },
  userVector: { embedder: 'W', recall: 'R' },
  coldVectors: { embedder: 'W', recall: 'R', operator: 'R' },
  formerColdVectors: { embedder: 'W', recall: 'R' },
  vectors: { embedder: 'W', recall: 'R' },
  // The embedder switches encoders, the trainer the ranker beside the live one.
  activation: { trainer: 'W', embedder: 'W', recall: 'R', operator: 'R' },
  building: { trainer: 'R', embedder: 'W', recall: 'R', operator: 'R' },
};

/** Who tells of a switch, and who listens. */
export const CHANNEL_USERS: readonly RedisUserName[] = ['trainer', 'embedder', 'recall'];

/** Who puts jobs into queues, or takes them out. */
export const QUEUE_USERS: readonly RedisUserName[] = ['trainer', 'embedder', 'recall', 'console', 'operator'];

/** Stands for any id, version or topic; nobody's name, and not changed by being encoded. */
const ANY = 'any-0b7d5c';
const ANY_NUMBER = 907_151_133;

/** The pattern that all keys of a family match, and of other families none. */
export function patternOf(namespace: string, family: KeyFamily): string {
  const keys = keysOf(namespace);
  return sample(keys, family).replaceAll(ANY, '*').replaceAll(String(ANY_NUMBER), '*');
}

/** The pattern of everything that the job queues keep. */
export function queuePattern(namespace: string): string {
  return `{${namespace}}:*`;
}

function sample(keys: Keys, family: KeyFamily): string {
  switch (family) {
    case 'sequence':
    case 'seen':
    case 'user':
    case 'coldVectors':
    case 'formerColdVectors':
      return keys[family](ANY);
    case 'users':
    case 'knownItems':
    case 'deletedItems':
      return keys[family](ANY_NUMBER);
    case 'itemsPrefix':
    case 'modelsPrefix':
    case 'rankersPrefix':
      return `${keys[family]}:${ANY}`;
    case 'userVector':
      return keys.userVector(ANY, ANY);
    case 'vectors':
      return keys.vectors(ANY, 'items', ANY_NUMBER).replace(':items:', `:${ANY}:`).concat('*');
    case 'offset':
    case 'offsetServers':
      return keys[family](ANY, ANY_NUMBER);
    case 'modelVersions':
    case 'rankerVersions':
    case 'activation':
    case 'building':
      return keys[family];
  }
}
