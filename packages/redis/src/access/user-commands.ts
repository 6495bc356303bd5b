import type { ScriptName } from '../connection/load-script.js';
import type { KeyFamily, RedisUserName } from './key-access.js';

/** What the client libraries need to connect, to find the nodes of a Cluster, and to see that the server is well. */
export const CONNECTION_COMMANDS = [
  ...['ping', 'info', 'select', 'readonly', 'asking', 'command|info'],
  ...['client|setinfo', 'client|setname', 'cluster|slots', 'cluster|shards', 'cluster|nodes', 'cluster|info'],
];

/** Runs of scripts are allowed with their own keys only; this is what loading them takes. */
export const SCRIPT_COMMANDS = ['script|load', 'script|exists'];

const READ_RECORDS = ['hgetall', 'zrange'];
const WRITE_RECORDS = ['multi', 'exec', 'discard', 'unlink', 'hset', 'zadd', 'zrem'];
const READ_SEQUENCES = ['hget', 'zrange', 'zcard', 'zscan', 'zscore'];
const READ_ITEMS = ['hgetall', 'scard', 'smembers', 'sscan'];
const READ_OFFSETS = ['get'];
const READ_ACTIVATION = ['hgetall', 'hget', 'smembers'];
const READ_VECTORS = ['get', 'getrange', 'strlen', 'hmget', 'hscan', 'hlen'];

/** Reads of vector sets, a module of the server: for a module's command Redis asks for the right to read and to write. */
export const READ_VECTOR_SETS = ['vsim', 'vcard', 'vemb'];

/** The commands of each user, on the keys of its families: its own and those in its scripts. */
export const USER_COMMANDS: Readonly<Record<RedisUserName, readonly string[]>> = {
  ingest: [
    ...[...READ_SEQUENCES, ...READ_ITEMS, ...READ_OFFSETS, ...WRITE_RECORDS],
    ...['hmget', 'zremrangebyrank', 'sadd', 'srem', 'set', 'del'],
  ],
  trainer: [
    ...[...READ_SEQUENCES, ...READ_ITEMS, ...READ_OFFSETS, ...READ_ACTIVATION, ...READ_RECORDS, ...WRITE_RECORDS],
    'publish',
  ],
  embedder: [
    ...[...READ_SEQUENCES, ...READ_ITEMS, ...READ_OFFSETS, ...READ_ACTIVATION, ...READ_RECORDS, ...READ_VECTORS],
    ...[
      ...WRITE_RECORDS,
      'publish',
      'set',
      'del',
      'sadd',
      'srem',
      'hdel',
      'expire',
      'vadd',
      'vrem',
      'vrandmember',
      ...READ_VECTOR_SETS,
    ],
  ],
  recall: [
    ...[...READ_SEQUENCES, ...READ_ITEMS, ...READ_OFFSETS, ...READ_ACTIVATION, ...READ_RECORDS, ...READ_VECTORS],
    ...['subscribe', 'unsubscribe'],
  ],
  console: [],
  operator: [...READ_SEQUENCES, ...READ_ITEMS, ...READ_OFFSETS, ...READ_ACTIVATION, ...READ_RECORDS, 'hlen'],
};

/** The keys that a script is given. Redis asks for the right to read and to write all of them, so each is allowed by itself. */
export const SCRIPT_KEYS: Readonly<
  Record<ScriptName, { readonly users: readonly RedisUserName[]; readonly keys: readonly KeyFamily[] }>
> = {
  'apply-batch': { users: ['ingest'], keys: ['sequence', 'seen', 'user'] },
  'advance-offset': { users: ['ingest'], keys: ['offset'] },
  'put-user-vector': { users: ['embedder'], keys: ['userVector', 'user'] },
  'switch-activation': { users: ['embedder'], keys: ['activation'] },
  'switch-ranker': { users: ['trainer'], keys: ['activation'] },
};

/** What BullMQ uses on the keys of the queues, in its scripts and outside of them. */
export const QUEUE_COMMANDS = [
  ...['evalsha', 'eval', 'multi', 'exec', 'discard', 'time', 'type', 'exists', 'del', 'unlink', 'rename'],
  ...['get', 'set', 'incr', 'incrby', 'pttl', 'pexpire', 'pexpireat', 'persist'],
  ...['hget', 'hset', 'hmset', 'hmget', 'hgetall', 'hdel', 'hexists', 'hlen', 'hincrby'],
  ...['sadd', 'srem', 'scard', 'smembers', 'sismember'],
  ...['llen', 'lrange', 'lrem', 'lpush', 'rpush', 'lpop', 'rpop', 'rpoplpush', 'lindex', 'lpos', 'lset', 'ltrim'],
  ...[
    'zadd',
    'zrem',
    'zcard',
    'zscore',
    'zcount',
    'zlexcount',
    'zrange',
    'zrevrange',
    'zrangebyscore',
    'zrevrangebyscore',
  ],
  ...['zrangebylex', 'zremrangebyscore', 'zremrangebyrank', 'zpopmin', 'bzpopmin'],
  ...['xadd', 'xtrim', 'xlen', 'xrange', 'xread', 'xdel'],
];
