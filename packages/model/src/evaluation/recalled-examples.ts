import { sequenceAt, type LabelledSequences } from '../data/sequence-batch.js';
import type { RankExample } from '../networks/ranker/ranker.js';
import { createBestRows } from './best-rows.js';
import { eligibleItems, recalledList, type Recall } from './reranked-scores.js';

/** The list that each query recalls and where its target stands in it, for a ranker to learn from; queries without a ranking are left out. */
export function recalledExamples({ inputs, targets }: LabelledSequences, recall: Recall): RankExample[] {
  const bestRows = createBestRows(recall.itemCount + 1, recall.candidates, eligibleItems(recall.itemCount));
  const examples: RankExample[] = [];
  let query = 0;
  for (const scores of recall.scores(inputs)) {
    const target = targets[query]!;
    const input = sequenceAt(inputs, query++);
    if (scores === undefined) continue;
    const list = recalledList(Float32Array.from(scores), input, bestRows);
    examples.push({ ...list, target: list.candidates.indexOf(target) });
  }
  return examples;
}
