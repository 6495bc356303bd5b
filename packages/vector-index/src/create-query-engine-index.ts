import {
  encodeId,
  keysOf,
  RedisReplyError,
  shardOf,
  type Command,
  type RedisConnection,
  type Reply,
} from '@click-recall/redis';
import { bytesOf, floatsOf } from './bytes.js';
import { checkQuery, checkVector } from './errors.js';
import { clamp } from './lift.js';
import { mergeMatches } from './order.js';
import type { Match, SearchOptions, Space, VectorIndex } from './vector-index.js';

const LINKS = 24;
const BUILD_EFFORT = 200;
const DEFAULT_EFFORT = 1_000;
const DROP_SLICE = 1_000;
const LIST_SLICE = 1_000;

/** The Redis query engine: hashes under an index which knows inner products, so nothing is lifted. */
export function createQueryEngineIndex(
  { commands }: RedisConnection,
  { namespace }: { readonly namespace: string },
): VectorIndex {
  const keys = keysOf(namespace);
  const created = new Set<string>();
  const indexOf = ({ version, kind }: Space): string => `${encodeId(namespace)}:vec:${encodeId(version)}:${kind}`;
  const keyOf = ({ version, kind, shards }: Space, id: string): string =>
    `${keys.vectors(version, kind, shardOf(id, shards))}:${encodeId(id)}`;

  const ensureIndex = async (space: Space): Promise<void> => {
    const index = indexOf(space);
    if (created.has(index)) return;
    try {
      await commands.call(creationOf(index, space.dim));
    } catch (error) {
      if (!isReply(error, 'already exists')) throw error;
    }
    created.add(index);
  };

  /** An index that is not there is an empty space. */
  const ask = async (searches: readonly Command[]): Promise<(Reply[] | undefined)[]> => {
    try {
      return (await commands.pipeline(searches)) as Reply[][];
    } catch (error) {
      if (isReply(error, 'no such index') || isReply(error, 'unknown index')) return searches.map(() => undefined);
      throw error;
    }
  };

  const searchMany = async (
    space: Space,
    queries: readonly Float32Array[],
    options: SearchOptions,
  ): Promise<Match[][]> => {
    for (const query of queries) checkQuery(space, query);
    if (options.limit <= 0) return queries.map(() => []);
    const replies = await ask(queries.map((query) => searchOf(indexOf(space), query, options)));
    return replies.map((reply) => mergeMatches([matchesOf(reply)], options.limit));
  };

  return {
    backend: 'query-engine',
    upsert: async (space, entries) => {
      for (const { id, vector } of entries) checkVector(space, vector, `the vector of ${id}`);
      await ensureIndex(space);
      const fitting = entries.map(({ id, vector }) => ({ id, ...clamp(space, vector) }));
      await commands.pipeline(
        fitting.map(({ id, vector }) => ['HSET', keyOf(space, id), 'id', id, 'vector', bytesOf(vector)]),
      );
      return { clamped: fitting.filter(({ clamped }) => clamped).length };
    },
    remove: async (space, ids) => {
      const replies = await commands.pipeline(ids.map((id) => ['UNLINK', keyOf(space, id)]));
      return replies.filter((reply) => reply === 1).length;
    },
    search: async (space, query, options) => (await searchMany(space, [query], options))[0] ?? [],
    searchMany,
    vectors: async (space, ids) => {
      const replies = await commands.pipelineBytes(ids.map((id) => ['HGET', keyOf(space, id), 'vector']));
      return replies.map((reply) => (reply === null ? undefined : floatsOf(reply as Buffer)));
    },
    count: async (space) => {
      const [reply] = await ask([['FT.SEARCH', indexOf(space), '*', 'LIMIT', 0, 0]]);
      return Number(reply?.[0] ?? 0);
    },
    list: async function* (space) {
      const index = indexOf(space);
      const first = ['FT.AGGREGATE', index, '*', 'LOAD', 1, '@id', 'WITHCURSOR', 'COUNT', LIST_SLICE];
      for (let command: Command = first; ;) {
        const [reply] = await ask([command]);
        // RESP2: the rows, the first a number that means nothing here, and the cursor; 0 at the end.
        const [rows = [], cursor = 0] = (reply ?? []) as [Reply[]?, (string | number)?];
        const ids = rows.slice(1).flatMap((row) => (row as string[]).slice(1, 2));
        if (ids.length > 0) yield ids;
        if (Number(cursor) === 0) return;
        command = ['FT.CURSOR', 'READ', index, cursor, 'COUNT', LIST_SLICE];
      }
    },
    drop: async (space) => {
      const index = indexOf(space);
      for (;;) {
        const [reply] = await ask([['FT.SEARCH', index, '*', 'NOCONTENT', 'LIMIT', 0, DROP_SLICE]]);
        const found = (reply?.slice(1) ?? []) as string[];
        if (found.length === 0) break;
        await commands.pipeline(found.map((key) => ['UNLINK', key]));
      }
      try {
        await commands.call(['FT.DROPINDEX', index]);
      } catch (error) {
        if (!isReply(error, 'no such index') && !isReply(error, 'unknown index')) throw error;
      }
      created.delete(index);
    },
  };
}

/**
 * The same field is indexed twice: as a graph, and flat for the exact scan that the graph is checked against. All shards of a
 * space are under one index; the engine spreads it over a cluster by itself.
 */
function creationOf(index: string, dim: number): Command {
  const common = ['TYPE', 'FLOAT32', 'DIM', dim, 'DISTANCE_METRIC', 'IP'];
  const graph = [...common, 'M', LINKS, 'EF_CONSTRUCTION', BUILD_EFFORT];
  return [
    ...['FT.CREATE', index, 'ON', 'HASH', 'PREFIX', 1, `${index}:`, 'SCHEMA'],
    ...['vector', 'AS', 'graph', 'VECTOR', 'HNSW', graph.length, ...graph],
    ...['vector', 'AS', 'flat', 'VECTOR', 'FLAT', common.length, ...common],
  ];
}

/** SORTBY, since a reply is in the order of distance only with it. */
function searchOf(index: string, query: Float32Array, { limit, exact = false, effort }: SearchOptions): Command {
  const ef = Math.max(effort ?? Math.max(DEFAULT_EFFORT, 2 * limit), limit);
  const nearest = exact
    ? `[KNN ${limit} @flat $query AS distance]`
    : `[KNN ${limit} @graph $query EF_RUNTIME ${ef} AS distance]`;
  return [
    ...['FT.SEARCH', index, `*=>${nearest}`, 'PARAMS', 2, 'query', bytesOf(query)],
    ...['SORTBY', 'distance', 'ASC', 'LIMIT', 0, limit, 'RETURN', 2, 'id', 'distance', 'DIALECT', 2],
  ];
}

/** RESP2: the number of results, then for each its key and its fields as a flat list. Distance is 1 - inner product. */
function matchesOf(reply: readonly Reply[] | undefined): Match[] {
  const matches: Match[] = [];
  for (let place = 2; place < (reply?.length ?? 0); place += 2) {
    const fields = reply?.[place] as string[];
    const id = fields[fields.indexOf('id') + 1] ?? '';
    matches.push({ id, score: 1 - Number(fields[fields.lastIndexOf('distance') + 1]) });
  }
  return matches;
}

function isReply(error: unknown, part: string): boolean {
  return error instanceof RedisReplyError && error.message.toLowerCase().includes(part);
}
