import { groupId, topicName } from '@click-recall/contracts';
import { eventually } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { ITEMS, openTestEmbedder, type TestEmbedder } from '../open-test-embedder.js';

const MAPPED = { mapping: true };

/** What a version has of a new item: the same in its index and in its hash, or nothing in either. */
async function vectorOf(test: TestEmbedder, version: string, itemId: string): Promise<number[] | undefined> {
  const { spaces } = await test.openModel(version);
  const [stored] = await test.coldVectors.get(version, [itemId]);
  const [indexed] = await test.index.vectors(spaces.items, [itemId]);
  expect(indexed?.map((value) => Math.round(value * 100))).toEqual(
    stored?.vector.map((value) => Math.round(value * 100)),
  );
  return stored && [...stored.vector];
}

/** The vector that a version makes of a title. */
async function expectedVector(test: TestEmbedder, version: string, title: string): Promise<number[]> {
  const { encoder } = await test.openModel(version);
  return [...encoder.coldItems!.vectorsOf([{ itemId: '', title }])[0]!];
}

async function send(
  test: TestEmbedder,
  itemId: string,
  item: Parameters<TestEmbedder['publishItem']>[1],
): Promise<void> {
  await test.storeItem(itemId, item, await test.publishItem(itemId, item));
}

describe('items that a version has not seen', { timeout: 60_000 }, () => {
  it('have a vector from the build on, by what is known of them', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    await test.storeItem(ITEMS[0]!, { title: 'word1' });
    await test.storeItem('titled', { title: 'word1 other2' });
    await test.storeItem('deleted', { title: 'word1', deleted: true });
    await test.storeItem('nameless', {});
    await test.start();
    const version = await test.writeModel(1, ITEMS, MAPPED);
    expect(await test.switchTo(version)).toMatchObject({ kind: 'completed' });

    expect(await test.activations.read()).toMatchObject({ encoder: version, mapping: version });
    const { spaces } = await test.openModel(version);
    expect(await test.index.count(spaces.items)).toBe(ITEMS.length + 1);
    expect(await test.coldVectors.count(version)).toBe(1);
    expect(await vectorOf(test, version, 'titled')).toEqual(await expectedVector(test, version, 'word1 other2'));
  });

  it('get one as they come, another with another title, and none once deleted', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    const { context } = await test.start();
    const version = await test.writeModel(1, ITEMS, MAPPED);
    await test.switchTo(version);

    await send(test, 'fresh', { title: 'word1 other2' });
    const first = await expectedVector(test, version, 'word1 other2');
    await eventually(async () => expect(await vectorOf(test, version, 'fresh')).toEqual(first));
    await send(test, 'fresh', { title: 'word3' });
    const second = await expectedVector(test, version, 'word3');
    expect(second).not.toEqual(first);
    await eventually(async () => expect(await vectorOf(test, version, 'fresh')).toEqual(second));
    // A feed that says the same again.
    await send(test, 'fresh', { title: 'word3', attributes: { price: 2 } });
    const { namespace, admin } = test;
    const lag = () => admin.lag(groupId('embedder-items', namespace), topicName('items', namespace));
    await eventually(async () => expect(Number(await lag())).toBe(0));
    await send(test, 'fresh', { title: 'word3', deleted: true });
    await eventually(async () => expect(await vectorOf(test, version, 'fresh')).toBeUndefined());

    await send(test, 'fresh', { title: 'word3' });
    await eventually(async () => expect(await vectorOf(test, version, 'fresh')).toEqual(second));
    expect((await context.metrics.scrape()).body).toMatch(/click_recall_new_items\{service="embedder"\} 1/);
    await send(test, 'fresh', null);
    await eventually(async () => expect(await vectorOf(test, version, 'fresh')).toBeUndefined());
    expect((await context.metrics.scrape()).body).toMatch(
      /vectors_written_total\{kind="new-items",service="embedder"\} 3/,
    );
  });

  it('wait for ingest to have stored them', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    await test.start();
    const version = await test.writeModel(1, ITEMS, MAPPED);
    await test.switchTo(version);
    const at = await test.publishItem('fresh', { title: 'word1' });
    await test.storeItem('fresh', { title: 'word2' });
    await test.storeItem('fresh', { title: 'word1' }, at);
    const expected = await expectedVector(test, version, 'word1');
    await eventually(async () => expect(await vectorOf(test, version, 'fresh')).toEqual(expected));
  });

  it('are brought up to date by a rollback, and are not there for a version without a mapping', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    await test.start();
    for (const itemId of ['stays', 'changes', 'goes']) await test.storeItem(itemId, { title: 'word1' });
    const mapped = await test.writeModel(1, ITEMS, MAPPED);
    await test.switchTo(mapped);
    expect(await test.coldVectors.count(mapped)).toBe(3);
    const plain = await test.writeModel(2, [...ITEMS, 'stays']);
    expect(await test.switchTo(plain)).toMatchObject({ kind: 'completed' });
    expect(await test.activations.read()).toMatchObject({ encoder: plain, mapping: '' });
    expect(await test.coldVectors.count(plain)).toBe(0);

    await send(test, 'changes', { title: 'word3' });
    await send(test, 'goes', { title: 'word1', deleted: true });
    await send(test, 'comes', { title: 'word2' });
    expect(await test.switchTo(mapped)).toMatchObject({ kind: 'completed', result: { previous: plain } });
    expect(await test.activations.read()).toMatchObject({ encoder: mapped, mapping: mapped });
    expect(await vectorOf(test, mapped, 'stays')).toEqual(await expectedVector(test, mapped, 'word1'));
    expect(await vectorOf(test, mapped, 'changes')).toEqual(await expectedVector(test, mapped, 'word3'));
    expect(await vectorOf(test, mapped, 'comes')).toEqual(await expectedVector(test, mapped, 'word2'));
    expect(await vectorOf(test, mapped, 'goes')).toBeUndefined();
    const { spaces } = await test.openModel(mapped);
    expect(await test.index.count(spaces.items)).toBe(ITEMS.length + 3);
  });

  it('are ordinary for the version that has seen them, and follow every version that is live or being built', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    await test.start();
    await test.storeItem('fresh', { title: 'word1' });
    const first = await test.writeModel(1, ITEMS, MAPPED);
    await test.switchTo(first);
    const second = await test.writeModel(2, [...ITEMS, 'fresh'], MAPPED);
    await test.models.update(second, { lift: { items: 10, users: 10 } });
    await test.activations.addBuilding(second);
    await send(test, 'fresh', { title: 'word2' });
    await send(test, 'fresher', { title: 'word2' });
    const expected = await expectedVector(test, second, 'word2');
    await eventually(async () => expect(await vectorOf(test, second, 'fresher')).toEqual(expected));
    expect(await vectorOf(test, first, 'fresher')).toEqual(await expectedVector(test, first, 'word2'));
    expect(await test.coldVectors.count(first)).toBe(2);
    expect(await test.coldVectors.count(second)).toBe(1);

    await test.switchTo(second);
    const { encoder, spaces } = await test.openModel(second);
    const row = encoder.rowOf('fresh')!;
    const [indexed] = await test.index.vectors(spaces.items, ['fresh']);
    const own = encoder.itemVectors().slice(row * encoder.dim, (row + 1) * encoder.dim);
    indexed?.forEach((value, place) => expect(value).toBeCloseTo(own[place]!, 2));
  });

  it('do not stand for items of the model that are missing in its index', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    for (let item = 0; item < 5; item++) await test.storeItem(`new-${item}`, { title: 'word1' });
    await test.start();
    const first = await test.writeModel(1, ITEMS, MAPPED);
    await test.switchTo(first);
    await test.switchTo(await test.writeModel(2));
    const { spaces } = await test.openModel(first);
    // As many as the model has are left.
    await test.index.remove(spaces.items, ITEMS.slice(0, 5));
    expect(await test.index.count(spaces.items)).toBe(ITEMS.length);
    expect(await test.switchTo(first)).toMatchObject({ kind: 'completed' });
    expect(await test.index.count(spaces.items)).toBe(ITEMS.length + 5);
  });

  it('are in an index that was deleted as soon as it is built again', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    await test.storeItem('fresh', { title: 'word1' });
    await test.start();
    const version = await test.writeModel(1, ITEMS, MAPPED);
    await test.switchTo(version);
    const { spaces } = await test.openModel(version);
    await test.index.drop(spaces.items);
    const { id } = await test.jobs.startRollback(version);
    expect(await test.jobs.waitFor('embed', id, { timeoutMs: 25_000, pollMs: 50 })).toMatchObject({
      kind: 'completed',
      result: { items: ITEMS.length, newItems: 1 },
    });
    expect(await test.index.count(spaces.items)).toBe(ITEMS.length + 1);
    expect(await vectorOf(test, version, 'fresh')).toEqual(await expectedVector(test, version, 'word1'));
    expect((await test.jobs.job('embed', id))?.attempts).toBe(1);
  });

  it('are left out of a version whose mapping fails for all, which goes live for all others', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    await test.storeItem('fresh', { title: 'word1' });
    const { context } = await test.start();
    const version = await test.writeModel(1, ITEMS, { mapping: 'broken' });
    expect(await test.switchTo(version)).toMatchObject({ kind: 'completed' });
    expect(await test.activations.read()).toMatchObject({ encoder: version, mapping: '' });
    const [job] = await test.jobs.recent('embed', 1);
    expect(job).toMatchObject({ attempts: 1, result: { newItems: null } });
    const { spaces } = await test.openModel(version);
    expect(await test.index.count(spaces.items)).toBe(ITEMS.length);

    // Nor does the reader of `items` wait for it.
    await send(test, 'fresher', { title: 'word1' });
    const { namespace, admin } = test;
    const lag = () => admin.lag(groupId('embedder-items', namespace), topicName('items', namespace));
    await eventually(async () => expect(Number(await lag())).toBe(0));
    expect((await context.metrics.scrape()).body).toMatch(
      /click_recall_new_items_failed_total\{service="embedder"\} [1-9]/,
    );
  });

  it('are in an index again that has lost some of them, whatever the hash says', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    for (const itemId of ['lost', 'kept']) await test.storeItem(itemId, { title: 'word1' });
    await test.start();
    const version = await test.writeModel(1, ITEMS, MAPPED);
    await test.switchTo(version);
    const { spaces } = await test.openModel(version);
    await test.index.remove(spaces.items, ['lost']);
    const id = await test.jobs.add('embed', { modelVersion: version });
    expect(await test.jobs.waitFor('embed', id, { timeoutMs: 25_000, pollMs: 50 })).toMatchObject({
      kind: 'completed',
    });
    expect((await test.jobs.job('embed', id))?.attempts).toBe(1);
    expect(await test.index.count(spaces.items)).toBe(ITEMS.length + 2);
    expect(await vectorOf(test, version, 'lost')).toEqual(await expectedVector(test, version, 'word1'));
  });

  it('go with the index of their version', async () => {
    const test = await openTestEmbedder({ graceMs: 100 });
    await test.click('u', ITEMS[0]!);
    await test.storeItem('fresh', { title: 'word1' });
    await test.start();
    const first = await test.writeModel(1, ITEMS, MAPPED);
    await test.switchTo(first);
    expect(await test.coldVectors.count(first)).toBe(1);
    const second = await test.writeModel(2, ITEMS, MAPPED);
    await test.switchTo(second);
    await eventually(async () => expect((await test.models.get(first))?.status).toBe('retired'));
    expect(await test.coldVectors.count(first)).toBe(0);
    expect(await test.coldVectors.count(second)).toBe(1);
  });
});
