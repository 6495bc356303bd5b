import { createHash } from 'node:crypto';
import { keysOf, TRAINING_MARK } from '../keys.js';
import {
  CHANNEL_USERS,
  KEY_ACCESS,
  patternOf,
  queuePattern,
  QUEUE_USERS,
  type KeyFamily,
  type RedisUserName,
} from './key-access.js';
import {
  CONNECTION_COMMANDS,
  QUEUE_COMMANDS,
  READ_VECTOR_SETS,
  SCRIPT_COMMANDS,
  SCRIPT_KEYS,
  USER_COMMANDS,
} from './user-commands.js';

/** The name of a user on the server: several pipelines may share it. */
export function redisUserName(namespace: string, user: RedisUserName): string {
  return `${namespace}-${user}`;
}

/**
 * The rights of a user in a namespace, as `ACL SETUSER` takes them: the commands that it uses, on the keys that it uses, each as it
 * uses them; its scripts, reads of vector sets and the job queues apart, since for those Redis asks for more than the keys are used for,
 * and the trainer's mark, since of the other offsets it only reads.
 *
 * @param password only its SHA-256 is part of the rules
 */
export function aclRules(namespace: string, user: RedisUserName, password: string): string[] {
  const families = Object.entries(KEY_ACCESS) as [KeyFamily, (typeof KEY_ACCESS)[KeyFamily]][];
  const keys = families.flatMap(([family, uses]) => {
    const access = uses[user];
    return access === undefined ? [] : [`%${access === 'W' ? 'RW' : 'R'}~${patternOf(namespace, family)}`];
  });
  const scripts = Object.values(SCRIPT_KEYS).filter(({ users }) => users.includes(user));
  const channel = CHANNEL_USERS.includes(user) ? [`&${keysOf(namespace).activationChannel}`] : [];
  const withQueues = QUEUE_USERS.includes(user);
  const commands = new Set([
    ...CONNECTION_COMMANDS,
    ...(scripts.length > 0 || withQueues ? SCRIPT_COMMANDS : []),
    ...(withQueues ? ['multi', 'exec', 'discard'] : []),
    ...USER_COMMANDS[user],
  ]);
  return [
    ...['reset', 'on', `#${createHash('sha256').update(password).digest('hex')}`],
    ...[...keys, ...channel, '-@all', ...allowed(commands)],
    ...scripts.map((script) =>
      selector(
        ['evalsha'],
        script.keys.map((family) => patternOf(namespace, family)),
      ),
    ),
    ...(user === 'trainer' ? [selector(['set'], [markKey(namespace)])] : []),
    ...(KEY_ACCESS.vectors[user] === 'R' ? [selector(READ_VECTOR_SETS, [patternOf(namespace, 'vectors')])] : []),
    ...(withQueues ? [selector(QUEUE_COMMANDS, [queuePattern(namespace)])] : []),
  ];
}

const markKey = (namespace: string): string => keysOf(namespace).offset(TRAINING_MARK.topic, TRAINING_MARK.partition);

const allowed = (commands: Iterable<string>): string[] => [...commands].map((command) => `+${command}`);

/** Rights that hold together: these commands, all of whose keys are of these patterns. */
function selector(commands: readonly string[], patterns: readonly string[]): string {
  return `(${[...patterns.map((pattern) => `~${pattern}`), '-@all', ...allowed(commands)].join(' ')})`;
}
