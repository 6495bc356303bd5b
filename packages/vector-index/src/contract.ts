import { describe, expect, it } from 'vitest';
import { createExactIndex } from './create-exact-index.js';
import { InvalidVectorError } from './errors.js';
import { liftFor } from './lift.js';
import { recallAgainstExact } from './recall-against-exact.js';
import type { Space, VectorEntry, VectorIndex } from './vector-index.js';

/** What every backend does alike. `create` registers its own clean-up and gives an index whose spaces are empty. */
export function vectorIndexContract(name: string, create: () => VectorIndex | Promise<VectorIndex>): void {
  describe(`${name} as a vector index`, () => {
    for (const shards of [1, 3]) {
      it(`finds the largest inner products, not the smallest angles, in ${shards} shard(s)`, async () => {
        const index = await create();
        const space = spaceOf({ dim: 2, maxNorm: 4, shards });
        await index.upsert(space, [
          entry('short', 0.5, 0),
          entry('long', 3, 2),
          entry('behind', -1, 0),
          entry('aside', 0, 3),
        ]);
        const matches = await index.search(space, Float32Array.of(2, 0), { limit: 3 });
        expect(matches.map(({ id }) => id)).toEqual(['long', 'short', 'aside']);
        expect(matches.map(({ score }) => Math.round(score * 1e4) / 1e4 + 0)).toEqual([6, 1, 0]);
      });

      it(`agrees with the scan in memory on every score, in ${shards} shard(s)`, async () => {
        const index = await create();
        const { space, entries, queries } = example({ count: 400, dim: 16, shards });
        const truth = createExactIndex();
        for (const each of [index, truth]) await each.upsert(space, entries);
        for (const exact of [true, undefined]) {
          const options = { limit: 25, ...(exact && { exact }) };
          const [answers, expected] = [
            await index.searchMany(space, queries, options),
            await truth.searchMany(space, queries, options),
          ];
          answers.forEach((matches, place) => {
            expect(matches.map(({ id }) => id)).toEqual(expected[place]?.map(({ id }) => id));
            matches.forEach(({ score }, rank) => expect(score).toBeCloseTo(expected[place]?.[rank]?.score ?? NaN, 3));
          });
        }
      });
    }

    it('finds nearly everything without a scan', async () => {
      const index = await create();
      const { space, entries, queries } = example({ count: 1500, dim: 16, shards: 2 });
      await index.upsert(space, entries);
      expect(await recallAgainstExact(index, space, queries, 100)).toBeGreaterThanOrEqual(0.95);
    });

    it('lists every element once', async () => {
      const index = await create();
      const { space, entries } = example({ count: 1_300, dim: 4, shards: 2 });
      await index.upsert(space, entries);
      const listed: string[] = [];
      for await (const slice of index.list(space)) listed.push(...slice);
      expect(listed.toSorted()).toEqual(entries.map(({ id }) => id).toSorted());
      for await (const slice of index.list({ ...space, version: 'unknown' })) expect(slice).toEqual([]);
    });

    it('replaces and removes elements', async () => {
      const index = await create();
      const space = spaceOf({ dim: 2, maxNorm: 10, shards: 2 });
      await index.upsert(space, [entry('a', 1, 0), entry('b', 2, 0), entry('c', 3, 0)]);
      await index.upsert(space, [entry('a', 9, 0)]);
      expect(await index.count(space)).toBe(3);
      expect((await index.search(space, Float32Array.of(1, 0), { limit: 9 })).map(({ id }) => id)).toEqual([
        'a',
        'c',
        'b',
      ]);
      expect(await index.remove(space, ['c', 'nobody'])).toBe(1);
      expect((await index.search(space, Float32Array.of(1, 0), { limit: 9 })).map(({ id }) => id)).toEqual(['a', 'b']);
      expect(await index.count(space)).toBe(2);
    });

    it('orders equal scores by id', async () => {
      const index = await create();
      const space = spaceOf({ dim: 2, maxNorm: 2, shards: 3 });
      await index.upsert(
        space,
        ['d', 'a', 'c', 'b'].map((id) => entry(id, 1, 1)),
      );
      const matches = await index.search(space, Float32Array.of(1, 1), { limit: 9 });
      expect(matches.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    });

    it('shortens a vector longer than M, and says so', async () => {
      const index = await create();
      const space = spaceOf({ dim: 2, maxNorm: 5 });
      expect(await index.upsert(space, [entry('long', 6, 8), entry('fits', 3, 4)])).toEqual({ clamped: 1 });
      const matches = await index.search(space, Float32Array.of(1, 0), { limit: 2 });
      matches.forEach(({ score }) => expect(score).toBeCloseTo(3, 4));
      expect(matches).toHaveLength(2);
    });

    it('gives vectors back', async () => {
      const index = await create();
      const space = spaceOf({ dim: 3, maxNorm: 10, shards: 2 });
      await index.upsert(space, [entry('a', 1, -2, 3), entry('zero', 0, 0, 0)]);
      const [a, nobody, zero] = await index.vectors(space, ['a', 'nobody', 'zero']);
      expect([...(a ?? [])].map((value) => Math.round(value * 1000) / 1000)).toEqual([1, -2, 3]);
      expect(nobody).toBeUndefined();
      expect([...(zero ?? [])].map(Math.abs)).toEqual([0, 0, 0]);
    });

    it('takes ids with anything in them', async () => {
      const index = await create();
      const space = spaceOf({ dim: 1, maxNorm: 9, shards: 2 });
      const ids = ['a b', '{x}:%', 'é\n\0', '"quoted" \\', '😀', ' '];
      await index.upsert(
        space,
        ids.map((id, place) => entry(id, place + 1)),
      );
      const matches = await index.search(space, Float32Array.of(1), { limit: 9 });
      expect(matches.map(({ id }) => id)).toEqual(ids.toReversed());
    });

    it('keeps versions and kinds apart, and drops one of them', async () => {
      const index = await create();
      const spaces = [spaceOf({ version: 'v1' }), spaceOf({ version: 'v2' }), spaceOf({ kind: 'users' })] as const;
      for (const space of spaces) {
        await index.upsert(
          space,
          Array.from({ length: 50 }, (_, place) => entry(`e${place}`, place, 1)),
        );
      }
      await index.drop(spaces[0]);
      expect(await Promise.all(spaces.map((space) => index.count(space)))).toEqual([0, 50, 50]);
      expect(await index.search(spaces[0], Float32Array.of(1, 0), { limit: 5 })).toEqual([]);
      // The version can be built again.
      await index.upsert(spaces[0], [entry('new', 1, 1)]);
      expect(await index.count(spaces[0])).toBe(1);
    });

    it('has nothing in a space nobody wrote to', async () => {
      const index = await create();
      const space = spaceOf({ version: 'unknown', shards: 2 });
      expect(await index.search(space, Float32Array.of(1, 0), { limit: 5 })).toEqual([]);
      expect(await index.search(space, Float32Array.of(1, 0), { limit: 5, exact: true })).toEqual([]);
      expect(await index.count(space)).toBe(0);
      expect(await index.remove(space, ['a'])).toBe(0);
      expect(await index.vectors(space, ['a'])).toEqual([undefined]);
      await index.drop(space);
    });

    it('answers nothing to nothing', async () => {
      const index = await create();
      const space = spaceOf({});
      expect(await index.upsert(space, [])).toEqual({ clamped: 0 });
      expect(await index.remove(space, [])).toBe(0);
      expect(await index.searchMany(space, [], { limit: 5 })).toEqual([]);
      expect(await index.search(space, Float32Array.of(1, 0), { limit: 0 })).toEqual([]);
    });

    it('refuses vectors that cannot be compared, and writes nothing of that call', async () => {
      const index = await create();
      const space = spaceOf({});
      for (const bad of [[1], [1, 2, 3], [NaN, 1], [Infinity, 1]]) {
        const entries = [entry('good', 1, 1), { id: 'bad', vector: Float32Array.from(bad) }];
        await expect(index.upsert(space, entries)).rejects.toThrow(InvalidVectorError);
        await expect(index.search(space, Float32Array.from(bad), { limit: 1 })).rejects.toThrow(InvalidVectorError);
      }
      await expect(index.search(space, Float32Array.of(0, 0), { limit: 1 })).rejects.toThrow('all zeros');
      expect(await index.count(space)).toBe(0);
    });
  });
}

function spaceOf(space: Partial<Space>): Space {
  return { version: 'v1', kind: 'items', dim: 2, maxNorm: 100, shards: 1, ...space };
}

function entry(id: string, ...numbers: number[]): VectorEntry {
  return { id, vector: Float32Array.from(numbers) };
}

/** Vectors of very different lengths, so that angle and inner product disagree. The same on every run. */
function example({ count, dim, shards }: { count: number; dim: number; shards: number }) {
  let state = 42;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const vector = (length: number): Float32Array => Float32Array.from({ length: dim }, () => (random() - 0.5) * length);
  const entries = Array.from({ length: count }, (_, place) => ({
    id: `item ${place}`,
    vector: vector(0.5 + 2 * random()),
  }));
  const queries = Array.from({ length: 20 }, () => vector(1 + random()));
  const space = spaceOf({ dim, shards, maxNorm: liftFor(entries.map((each) => each.vector)) });
  return { space, entries, queries };
}
