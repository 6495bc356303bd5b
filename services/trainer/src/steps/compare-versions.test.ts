import { VOCABULARY_FILE, writeVocabulary } from '@click-recall/encoding';
import { createSequenceEncoder, defaultModelConfig, sequenceBatch, serializeEncoder } from '@click-recall/model';
import type { Activation, ModelRecord } from '@click-recall/redis';
import { DamagedModelError, UnknownModelError } from '@click-recall/registry';
import { afterAll, describe, expect, it } from 'vitest';
import { compareVersions } from './compare-versions.js';
import { holdOut } from './hold-out.js';
import { rankClicks } from './rank-clicks.js';
import { TRAINED_FILE, writeTrainedClicks } from './trained-clicks.js';

const config = { ...defaultModelConfig.encoder, sequenceLength: 4, dim: 8, layers: 1 };
const itemIds = ['a', 'b', 'c', 'd', 'e', 'f'];
const encoder = createSequenceEncoder(config, itemIds.length, 1);
afterAll(() => encoder.dispose());

const users = [
  [1, 2, 3, 4],
  [2, 3, 4, 5],
  [6, 5, 4, 3],
];
const { test } = holdOut({ sequences: sequenceBatch(users), newest: BigUint64Array.of(1n, 2n, 3n) });

describe('ranking clicks by a version', () => {
  it('does not depend on the order of its vocabulary', async () => {
    const own = await rankClicks({ encoder, itemIds, clicks: test, clickItemIds: itemIds });
    expect(own.clicks).toBe(3);
    expect(own.hr10).toBe(1);
    // The same clicks written in another vocabulary, which has items that this version does not know.
    const other = ['x', ...[...itemIds].reverse(), 'y'];
    const rewrite = (item: number): number => other.indexOf(itemIds[item - 1]!) + 1;
    const clicks = {
      inputs: { items: test.inputs.items.map(rewrite), offsets: test.inputs.offsets },
      targets: test.targets.map(rewrite),
    };
    expect(await rankClicks({ encoder, itemIds, clicks, clickItemIds: other })).toEqual(own);
  });

  it('counts a click on an item that it does not know as a miss', async () => {
    const clickItemIds = ['a', 'b', 'c', 'new', 'e', 'f'];
    const { clicks, hr10, ndcg10 } = await rankClicks({ encoder, itemIds, clicks: test, clickItemIds });
    expect(clicks).toBe(3);
    // One of the three targets is the item nobody told it of; its share is lost.
    expect(hr10).toBeCloseTo(2 / 3, 6);
    expect(ndcg10).toBeLessThan(hr10);
    const strange = await rankClicks({ encoder, itemIds: itemIds.map((id) => `${id}!`), clicks: test, clickItemIds });
    expect(strange).toEqual({ hr10: 0, ndcg10: 0, clicks: 3 });
  });
});

interface Stored {
  readonly version: string;
  readonly trained?: readonly bigint[];
  readonly status?: ModelRecord['status'];
  readonly damaged?: boolean;
  readonly missing?: boolean;
}

function compare(versions: readonly Stored[], live: string | undefined, inherited: readonly bigint[] = []) {
  const files = (version: string): Map<string, Uint8Array> => {
    const stored = versions.find((known) => known.version === version);
    if (!stored || stored.missing) throw new UnknownModelError(version);
    return serializeEncoder(encoder)
      .set(VOCABULARY_FILE, writeVocabulary(itemIds))
      .set(TRAINED_FILE, writeTrainedClicks(new Set(stored.trained ?? [])));
  };
  const warnings: string[] = [];
  const result = compareVersions({
    encoder,
    itemIds,
    clickItemIds: itemIds,
    test,
    inherited: new Set(inherited),
    registry: {
      read: async (version) => {
        if (versions.find((known) => known.version === version)?.damaged) {
          throw new DamagedModelError(version, 'weights.bin', 'its checksum differs');
        }
        return files(version);
      },
      readFile: async (version, file) => files(version).get(file)!,
    },
    models: {
      list: async () =>
        versions.map(({ version, status = 'retired' }, place) => ({
          version,
          status,
          artifactUrl: 'file:///x',
          createdAt: 100 - place,
          config: {},
        })),
    },
    activation: { read: async () => (live === undefined ? null : ({ encoder: live } as Activation)) },
    rules: { gateVersions: 3, gateMaxClicks: 100 },
    checkpoint: async () => undefined,
    warn: (message) => void warnings.push(message),
  });
  return { result, warnings };
}

describe('comparing versions', () => {
  it('takes the live version and the newest that passed, all on the same clicks', async () => {
    const stored = ['v6', 'v5', 'v4', 'v3'].map((version) => ({ version }));
    const { result } = compare([{ version: 'bad', status: 'rejected' }, ...stored, { version: 'live' }], 'live');
    const { clicks, ndcg10, versions } = await result;
    expect(clicks).toBe(3);
    expect(versions.map(({ version }) => version)).toEqual(['live', 'v6', 'v5']);
    // They are all the candidate itself.
    for (const version of versions) expect(version.ndcg10).toBeCloseTo(ndcg10, 6);
  });

  it('leaves out the clicks that the candidate or any of the versions was trained on', async () => {
    const { result } = compare([{ version: 'live', trained: [2n, 77n] }], 'live', [1n]);
    expect((await result).clicks).toBe(1);
    const none = compare([{ version: 'live', trained: [1n, 2n, 3n] }], 'live');
    expect(await none.result).toMatchObject({ clicks: 0, versions: [] });
  });

  it('goes on without a version that is damaged or gone, and says so', async () => {
    const { result, warnings } = compare(
      [{ version: 'v2' }, { version: 'v1', damaged: true }, { version: 'live', missing: true }],
      'live',
    );
    expect((await result).versions.map(({ version }) => version)).toEqual(['v2']);
    expect(warnings.join('\n')).toMatch(/live[^]*v1.*weights\.bin/);
  });

  it('has nothing to compare with where nothing is live', async () => {
    expect((await compare([], undefined).result).versions).toEqual([]);
  });
});
