import { itemFollowers } from '../../data/item-followers.js';
import { sequenceBatch } from '../../data/sequence-batch.js';
import { createRandom } from '../../random/random.js';
import type { RankerItems, RankExample } from './ranker.js';

/** Made-up lists for tests: the click is the candidate that lies nearest behind the newest click, wherever it was recalled. */

export const itemCount = 40;
const dim = 8;

/** Items on a circle, neighbours alike. */
export function circleItems(): RankerItems {
  const vectors = new Float32Array((itemCount + 1) * dim);
  for (let item = 1; item <= itemCount; item++) {
    for (let at = 0; at < dim; at++) {
      const angle = (2 * Math.PI * item * (1 + (at >> 1))) / itemCount;
      vectors[item * dim + at] = at % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  const clicks = Float32Array.from({ length: itemCount + 1 }, (_, item) => item % 7);
  const round = Array.from({ length: itemCount }, (_, index) => index + 1);
  return { vectors, dim, clicks, followers: itemFollowers(sequenceBatch([round, round.toReversed()]), itemCount) };
}

export function circleLists(count: number, seed: number, candidates = 10): RankExample[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const newest = random.below(itemCount);
    const wrapped = (item: number): number => 1 + ((item + itemCount) % itemCount);
    const history = Int32Array.of(wrapped(newest + 11), wrapped(newest));
    const list = Int32Array.from({ length: candidates }, (_, place) => wrapped(newest + 2 + 3 * place));
    const target = random.below(candidates);
    [list[0], list[target]] = [list[target]!, wrapped(newest + 1)];
    if (target === 0) list[0] = wrapped(newest + 1);
    const recallScores = Float32Array.from(list, (_, place) => (candidates - place) / candidates);
    return { history, candidates: list, recallScores, target };
  });
}
