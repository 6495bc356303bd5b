import { expect, it } from 'vitest';
import { openTestEmbedder } from '../open-test-embedder.js';

it(
  'starts a new version without a ranker, and a rollback brings the best ranker of the version back',
  { timeout: 60_000 },
  async () => {
    const test = await openTestEmbedder();
    await test.click('u', 'item-1');
    const [first, second] = [await test.writeModel(1), await test.writeModel(2)];
    await test.start();
    await test.switchTo(first);
    expect((await test.activations.read())?.ranker).toBe('');
    for (const [version, reranked] of [['ranker-1', 0.2] as const, ['ranker-2', 0.3] as const]) {
      await test.saveRanker(version, first, reranked);
    }
    await test.activations.switchRanker(first, 'ranker-1', Date.now());

    await test.switchTo(second);
    expect(await test.activations.read()).toMatchObject({ encoder: second, ranker: '' });
    await test.switchTo(first);
    expect(await test.activations.read()).toMatchObject({ encoder: first, ranker: 'ranker-2' });
  },
);
