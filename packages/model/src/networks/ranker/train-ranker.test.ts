import { describe, expect, it } from 'vitest';
import { defaultRankerConfig, type RankerConfig } from './config.js';
import { circleItems, circleLists } from './test-lists.js';
import { evaluateRanker, evaluateRecalled, trainRanker } from './train-ranker.js';

const config: RankerConfig = { ...defaultRankerConfig, dim: 16, epochs: 8, learningRate: 0.005, hidden: [16] };
const request = { items: circleItems(), train: circleLists(400, 1), validation: circleLists(80, 2) };

describe('trainRanker', () => {
  it.each(['listwise', 'pointwise'] as const)('learns a better order than the recalled one, %s', async (loss) => {
    const { ranker, bestValidation, bestEpoch } = await trainRanker({ ...request, config: { ...config, loss } });
    expect(bestValidation.ndcg).toBeGreaterThan(evaluateRecalled(request.validation).ndcg + 0.2);
    expect(bestEpoch).toBeGreaterThan(0);
    expect(evaluateRanker(ranker, request.validation)).toEqual(bestValidation);
    ranker.dispose();
  });

  it('places an item that the encoder has not seen by what is known of it, not behind all others', async () => {
    const unseen = request.validation.map((list) => ({
      ...list,
      candidates: list.candidates.map((item, place) => (place === list.target ? 0 : item)),
    }));
    /** How many candidates stand before the unseen one, on average. */
    const placeOfUnseen = async (hiddenItems: number): Promise<number> => {
      const { ranker } = await trainRanker({ ...request, config: { ...config, hiddenItems } });
      const before = ranker.score(unseen).map((scores, list) => {
        const own = scores[unseen[list]!.target]!;
        return scores.filter((score) => score > own).length;
      });
      ranker.dispose();
      return before.reduce((sum, count) => sum + count, 0) / before.length;
    };
    expect(await placeOfUnseen(0.1)).toBeLessThan((await placeOfUnseen(0)) - 1.5);
  });

  it('gives the same ranker for the same seed', async () => {
    const short = { ...request, config: { ...config, epochs: 1 } };
    const [first, second] = [await trainRanker(short), await trainRanker(short)];
    expect(first.ranker.score(request.validation)).toEqual(second.ranker.score(request.validation));
    for (const { ranker } of [first, second]) ranker.dispose();
  });

  it('can be cancelled', async () => {
    const { status, ranker } = await trainRanker({ ...request, config, beforeStep: async () => 'cancel' });
    expect(status).toBe('cancelled');
    ranker.dispose();
  });

  it('counts a click that was not recalled as a miss and learns nothing from it', async () => {
    const missed = circleLists(10, 3).map((list) => ({ ...list, target: -1 }));
    expect(evaluateRecalled(missed)).toEqual({ hr: 0, ndcg: 0, count: 10 });
    await expect(trainRanker({ ...request, train: missed, config })).rejects.toThrow('no list of train has its click');
  });
});
