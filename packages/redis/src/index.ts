export type { Command, RedisCommands, Reply, Script, ScriptCall } from './connection/commands.js';
export { RedisReplyError, RedisUnavailableError } from './connection/errors.js';
export type { RedisConnection, RedisState } from './connection/redis-connection.js';
export { openRecords, openRedis } from './connection/open-redis.js';
export { createRedis, type RedisLogger, type RedisOptions } from './connection/create-redis.js';
export type { AppliedUser, Sequence, SequenceEvent, SequenceOperation, UserOperations } from './sequences/sequence.js';
export {
  createSequenceStore,
  type SequenceStore,
  type SequenceStoreOptions,
  type SequenceTotals,
} from './sequences/create-sequence-store.js';
export {
  createOffsetStore,
  type Advance,
  type OffsetStore,
  type PartitionMark,
} from './sequences/create-offset-store.js';
export { createRecordClient, type RecordClient } from './records/create-record-client.js';
export { createItemStore, type ItemStore } from './records/create-item-store.js';
export {
  createModelStore,
  type Lift,
  type ModelRecord,
  type ModelStatus,
  type ModelStore,
} from './records/create-model-store.js';
export {
  createColdVectorStore,
  type ColdItemVector,
  type ColdVector,
  type ColdVectorStore,
} from './vectors/create-cold-vector-store.js';
export { bestRanker, createRankerStore, type RankerRecord, type RankerStore } from './records/create-ranker-store.js';
export { createUserVectorStore, type UserVector, type UserVectorStore } from './vectors/create-user-vector-store.js';
export {
  createActivationStore,
  type Activated,
  type Activation,
  type ActivationStore,
} from './activation/create-activation-store.js';
export { deleteNamespace } from './delete-namespace.js';
export { scanKeys } from './scan-keys.js';
export { encodeId, keysOf, REGISTRY_SHARDS as USER_SHARDS, shardOf, TRAINING_MARK, type Keys } from './keys.js';
export { aclRules, redisUserName } from './access/acl-rules.js';
export { REDIS_USERS, type RedisUserName } from './access/key-access.js';
