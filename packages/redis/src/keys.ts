/** Shards of the registries; fixed, since changing it would lose sight of who is in which. */
export const REGISTRY_SHARDS = 16;

/** Where the trainer keeps how many clicks there were at its last training: as an offset, beside those that the number is made of. */
export const TRAINING_MARK = { topic: 'train-after-clicks', partition: 0 } as const;

/**
 * The names of all keys. Literal braces are Redis Cluster's hash tags: everything of one user lies in one slot, each shard in one
 * of its own. Ids are percent-encoded, so they cannot hold braces, colons or anything that a tool would trip over.
 */
export interface Keys {
  readonly sequence: (userId: string) => string;
  readonly seen: (userId: string) => string;
  readonly user: (userId: string) => string;
  readonly users: (shard: number) => string;
  /** Prefix of the items' hashes, for redis-om; the id follows after a colon. */
  readonly itemsPrefix: string;
  readonly knownItems: (shard: number) => string;
  readonly deletedItems: (shard: number) => string;
  readonly modelsPrefix: string;
  readonly modelVersions: string;
  readonly rankersPrefix: string;
  readonly rankerVersions: string;
  readonly userVector: (version: string, userId: string) => string;
  /** Hash of the items that a version has not seen and that have a vector by their title; one slot with the next. */
  readonly coldVectors: (version: string) => string;
  /** The same of those that had one and were removed of late. */
  readonly formerColdVectors: (version: string) => string;
  /** A vector set, or under the query engine the prefix of a shard's hashes. */
  readonly vectors: (version: string, kind: 'items' | 'users', shard: number) => string;
  readonly activation: string;
  readonly activationChannel: string;
  readonly building: string;
  readonly offset: (topic: string, partition: number) => string;
  /** Which masters of a Cluster the partition was applied under; in the slot of the marker, so that neither is lost without the other. */
  readonly offsetServers: (topic: string, partition: number) => string;
}

/** Every key of a namespace. `<version>` and `<topic>` are encoded like ids. */
export function keysOf(namespace: string): Keys {
  const root = encodeId(namespace);
  const offset: Keys['offset'] = (topic, partition) => `${root}:offsets:${encodeId(topic)}:${partition}`;
  return {
    sequence: (userId) => `${root}:seq:{${encodeId(userId)}}`,
    seen: (userId) => `${root}:seen:{${encodeId(userId)}}`,
    user: (userId) => `${root}:user:{${encodeId(userId)}}`,
    users: (shard) => `${root}:users:{${shard}}`,
    itemsPrefix: `${root}:items`,
    knownItems: (shard) => `${root}:known-items:{${shard}}`,
    deletedItems: (shard) => `${root}:deleted-items:{${shard}}`,
    modelsPrefix: `${root}:models`,
    modelVersions: `${root}:model-versions`,
    rankersPrefix: `${root}:rankers`,
    rankerVersions: `${root}:ranker-versions`,
    userVector: (version, userId) => `${root}:uvec:${encodeId(version)}:{${encodeId(userId)}}`,
    coldVectors: (version) => `${root}:cold:{${encodeId(version)}}`,
    formerColdVectors: (version) => `${root}:cold-former:{${encodeId(version)}}`,
    vectors: (version, kind, shard) => `${root}:vec:${encodeId(version)}:${kind}:{${shard}}`,
    activation: `${root}:activation`,
    activationChannel: `${root}:activation:changed`,
    building: `${root}:building`,
    offset,
    offsetServers: (topic, partition) => `${root}:offset-servers:{${offset(topic, partition)}}`,
  };
}

const PLAIN = /^[A-Za-z0-9._~@-]+$/;

/** Percent-encodes every UTF-8 byte but letters, digits and `-._~@`. One to one for well-formed strings. */
export function encodeId(id: string): string {
  if (PLAIN.test(id)) return id;
  let encoded = '';
  for (const byte of Buffer.from(id, 'utf8')) {
    const character = String.fromCharCode(byte);
    encoded += PLAIN.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/** Which of `shards` an id belongs to: FNV-1a over UTF-16 units, the same for ever on every machine. */
export function shardOf(id: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  // The low bits of FNV-1a are weak for ids that differ in their last characters only.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) % shards;
}
