import { randomBytes } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { aclRules, REDIS_USERS, redisUserName, type RedisUserName } from '@click-recall/redis';
import { loadConfig } from '@click-recall/runtime';
import type { AddCommand } from '../program.js';

interface UserGrant {
  /** The service, or `operator`: who runs this command. */
  readonly part: RedisUserName;
  readonly user: string;
  /** What `ACL SETUSER user` takes. */
  readonly rules: readonly string[];
  readonly password: string;
  readonly redisUrl: string;
}

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

export const addRedisAcl: AddCommand = (program, run) => {
  program
    .command('redis-acl')
    .description('make a Redis user for each service, with the least rights it needs; nothing is changed on the server')
    .option('--out <folder>', 'write users.acl and an .env file for each service there, readable by you alone')
    .addHelpText(
      'after',
      [
        '',
        'The passwords are made up anew each time; the server is told their SHA-256 only. Feed the lines to `redis-cli`, or name',
        'users.acl as `aclfile` in redis.conf (on a Cluster: on every node); give each service its REDIS_URL; then turn the',
        'default user off: ACL SETUSER default off. NAMESPACE and the address are those of the environment.',
        '',
        'Examples:',
        '  click-recall redis-acl --out secrets',
        '  NAMESPACE=staging click-recall redis-acl --json',
      ].join('\n'),
    )
    .action(
      run<{ readonly out?: string }>(async ({ env, output }, { out }) => {
        const { namespace, redis } = loadConfig(env);
        const grants = REDIS_USERS.map((part) => grantOf(part, namespace, redis.url));
        if (out === undefined) {
          output.result(() => shown(grants), grants);
          return;
        }
        const folder = resolve(out);
        const files = await writeGrants(folder, grants);
        output.result(() => files.join('\n'), { folder, files });
      }),
    );
};

function grantOf(part: RedisUserName, namespace: string, address: string): UserGrant {
  const user = redisUserName(namespace, part);
  const password = randomBytes(24).toString('base64url');
  const url = new URL(address);
  url.username = user;
  url.password = password;
  return { part, user, rules: aclRules(namespace, part, password), password, redisUrl: url.href };
}

function shown(grants: readonly UserGrant[]): string {
  const lines = grants.map(({ user, rules }) => `ACL SETUSER ${user} ${rules.map(quoted).join(' ')}`);
  const addresses = grants.map(({ part, redisUrl }) => `# ${part}: REDIS_URL=${redisUrl}`);
  return [...lines, '', ...addresses].join('\n');
}

/** As redis-cli takes an argument with spaces. */
const quoted = (rule: string): string => (rule.includes(' ') ? `"${rule}"` : rule);

async function writeGrants(folder: string, grants: readonly UserGrant[]): Promise<string[]> {
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  // In a file of users each starts from nothing by itself.
  const users = grants.map(({ user, rules }) => `user ${user} ${rules.filter((rule) => rule !== 'reset').join(' ')}`);
  const contents: readonly [string, string][] = [
    ['users.acl', users.join('\n')],
    ...grants.map(({ part, redisUrl }): [string, string] => [`${part}.env`, `REDIS_URL=${redisUrl}`]),
  ];
  return Promise.all(
    contents.map(async ([name, text]) => {
      const file = join(folder, name);
      await writeFile(file, `${text}\n`, { mode: PRIVATE_FILE });
      // One that was there keeps its mode while it is written.
      await chmod(file, PRIVATE_FILE);
      return file;
    }),
  );
}
