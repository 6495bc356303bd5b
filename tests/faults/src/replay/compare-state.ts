import type { Item } from '@click-recall/contracts';
import { encodeId, keysOf, scanKeys, shardOf, USER_SHARDS, type RedisConnection } from '@click-recall/redis';
import type { ExpectedState } from './expected-state.js';

/** A difference is worth a line; a thousand are not. */
const MOST_TOLD = 5;

const SLICE = 500;

/**
 * Compares what ingest has stored with what a replay of the log gives, byte by byte: sequences, seen sets, items, the registries of both, and
 * that there is nothing else.
 *
 * @returns one line a difference; none when all is equal
 */
export async function compareState(
  redis: RedisConnection,
  namespace: string,
  expected: ExpectedState,
): Promise<string[]> {
  const { commands } = redis;
  const keys = keysOf(namespace);
  const differences: string[] = [];
  const userIds = [...expected.userIds()];

  for (let start = 0; start < userIds.length; start += SLICE) {
    const slice = userIds.slice(start, start + SLICE);
    const replies = await commands.pipelineBytes(
      slice.flatMap((userId) => [
        ['ZRANGE', keys.sequence(userId), 0, -1, 'WITHSCORES'],
        ['ZRANGE', keys.seen(userId), 0, -1, 'WITHSCORES'],
        ['ZSCORE', keys.users(shardOf(userId, USER_SHARDS)), userId],
      ]),
    );
    slice.forEach((userId, place) => {
      const [sequence, seen, active] = replies.slice(place * 3, place * 3 + 3) as [Buffer[], Buffer[], Buffer | null];
      const user = expected.user(userId);
      for (const [what, found, wanted] of [
        ['sequence', sequence, user.sequence],
        ['seen set', seen, user.seen],
      ] as const) {
        const difference = differenceOf(found, wanted);
        if (difference !== undefined) differences.push(`${what} of ${userId}: ${difference}`);
      }
      if (active === null || Number(active.toString()) !== user.active)
        differences.push(`registry of ${userId}: ${String(active)} instead of ${user.active}`);
    });
  }

  differences.push(...(await strangers(commands, keys, new Set(userIds))));
  differences.push(...(await leftovers(redis, namespace, expected)));
  differences.push(...(await itemDifferences(commands, keys, expected.items)));
  differences.push(...(await listedDifferences(commands, keys, expected.items)));
  return mostOf(differences);
}

/** The first few lines, and how many there are besides. */
export function mostOf(differences: readonly string[]): string[] {
  return differences.length <= MOST_TOLD
    ? [...differences]
    : [...differences.slice(0, MOST_TOLD), `and ${differences.length - MOST_TOLD} more`];
}

/** `found` as Redis gives it: member, score, member, score. */
function differenceOf(found: readonly Buffer[], wanted: readonly (readonly [Buffer, number])[]): string | undefined {
  const members = new Map(
    Array.from({ length: found.length / 2 }, (_, place) => [
      String(found[place * 2]?.toString('latin1')),
      Number(String(found[place * 2 + 1])),
    ]),
  );
  const lost = wanted.filter(([member]) => !members.has(member.toString('latin1')));
  if (lost.length > 0)
    return `${lost.length} of ${wanted.length} lost, such as ${JSON.stringify(lost[0]?.[0].toString())}`;
  if (members.size > wanted.length) return `${members.size - wanted.length} too many (${members.size})`;
  const place = wanted.findIndex(
    ([member, score], index) =>
      !member.equals(found[index * 2] ?? Buffer.alloc(0)) || score !== Number(String(found[index * 2 + 1])),
  );
  return place < 0 ? undefined : `differs at place ${place}`;
}

/** Users that the log does not know, or no longer. */
async function strangers(
  commands: RedisConnection['commands'],
  keys: ReturnType<typeof keysOf>,
  known: ReadonlySet<string>,
): Promise<string[]> {
  const shards = await commands.pipeline(
    Array.from({ length: USER_SHARDS }, (_, shard) => ['ZRANGE', keys.users(shard), 0, -1]),
  );
  const registered = (shards as string[][]).flat().filter((userId) => !known.has(userId));
  return registered.map((userId) => `registry: ${userId} is not of the log`);
}

/**
 * Keys that ingest writes a user or an item, of those that the log does not know, or no longer. Looked for by name on every server, since
 * what was lost from the registry, or never was in it, is found by nothing else.
 */
async function leftovers(redis: RedisConnection, namespace: string, expected: ExpectedState): Promise<string[]> {
  const keys = keysOf(namespace);
  const ofUser = (userId: string): string[] => [keys.sequence(userId), keys.seen(userId), keys.user(userId)];
  const ofItem = (itemId: string): string => `${keys.itemsPrefix}:${encodeId(itemId)}`;
  const known = new Set([...[...expected.userIds()].flatMap(ofUser), ...[...expected.items.keys()].map(ofItem)]);
  const forgotten = new Set([...expected.forgottenIds()].flatMap(ofUser));
  // `seq:{`, `seen:{` and `user:{` of the namespace: everything up to the id.
  const beginnings = [...ofUser('').map((key) => key.slice(0, -'}'.length)), ofItem('')];
  const left = new Set<string>();
  for await (const slice of scanKeys(redis, `${encodeId(namespace)}:*`)) {
    for (const key of slice)
      if (!known.has(key) && beginnings.some((beginning) => key.startsWith(beginning))) left.add(key);
  }
  return [...left].map(
    (key) => `${key} is ${forgotten.has(key) ? 'left of a user who was forgotten' : 'not of the log'}`,
  );
}

async function itemDifferences(
  commands: RedisConnection['commands'],
  keys: ReturnType<typeof keysOf>,
  items: ReadonlyMap<string, Item>,
): Promise<string[]> {
  const ids = [...items.keys()];
  const replies = await commands.pipeline(ids.map((id) => ['HGETALL', `${keys.itemsPrefix}:${encodeId(id)}`]));
  const differences: string[] = [];
  ids.forEach((id, place) => {
    const flat = replies[place] as string[];
    const found = Object.fromEntries(
      Array.from({ length: flat.length / 2 }, (_, pair) => [flat[pair * 2], flat[pair * 2 + 1]]),
    ) as Record<string, string>;
    const item = items.get(id);
    const wanted: Record<string, string | undefined> = {
      itemId: id,
      version: '1',
      title: item?.title,
      categories: item?.categories && JSON.stringify(item.categories),
      attributes: item?.attributes && JSON.stringify(item.attributes),
      deleted: item?.deleted === undefined ? undefined : item.deleted ? '1' : '0',
    };
    const fields = new Set([...Object.keys(found), ...Object.keys(wanted)]);
    const wrong = [...fields].filter((field) => found[field] !== wanted[field]);
    if (wrong.length > 0) differences.push(`item ${id}: ${wrong.join(', ')} differ`);
  });
  return differences;
}

/** The registry of items, by which recall leaves out what is deleted: each item is in the set where it belongs, and nothing else is. */
async function listedDifferences(
  commands: RedisConnection['commands'],
  keys: ReturnType<typeof keysOf>,
  items: ReadonlyMap<string, Item>,
): Promise<string[]> {
  const wanted = new Map<string, Set<string>>();
  for (let shard = 0; shard < USER_SHARDS; shard += 1) {
    for (const key of [keys.knownItems(shard), keys.deletedItems(shard)]) wanted.set(key, new Set());
  }
  for (const [id, { deleted }] of items) {
    const shard = shardOf(id, USER_SHARDS);
    wanted.get(deleted ? keys.deletedItems(shard) : keys.knownItems(shard))?.add(id);
  }
  const replies = await commands.pipeline([...wanted.keys()].map((key) => ['SMEMBERS', key]));
  return [...wanted].flatMap(([key, ids], place) => {
    const found = new Set(replies[place] as string[]);
    return [
      ...[...ids].filter((id) => !found.has(id)).map((id) => `registry of items: ${id} is not in ${key}`),
      ...[...found].filter((id) => !ids.has(id)).map((id) => `registry of items: ${id} is in ${key}`),
    ];
  });
}
