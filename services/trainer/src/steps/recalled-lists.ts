import { historyOf } from '@click-recall/encoding';
import { sequenceBatch, topK, type RankExample, type SequenceBatch, type SequenceEncoder } from '@click-recall/model';

/** A click and everything that the user clicked before it, as item indexes, oldest first. */
export interface ClickBefore {
  readonly before: Int32Array;
  readonly target: number;
}

export interface ListsRequest {
  readonly clicks: readonly ClickBefore[];
  /** Items above its vocabulary are unknown to it and cannot be recalled. */
  readonly encoder: SequenceEncoder;
  /** Items of a list. */
  readonly candidates: number;
  /** A user's newest distinct items that the ranker looks at. */
  readonly history: number;
  readonly checkpoint: () => Promise<void>;
}

const CLICKS_A_SLICE = 500;

/**
 * What recall would have given just before each click: the exact nearest items that the user had not seen, and the history
 * as recall hands it to the ranker. Clicks before which the encoder knows nothing of the user have no list.
 */
export async function recalledLists(request: ListsRequest): Promise<RankExample[]> {
  const { encoder, candidates, history, checkpoint } = request;
  const known = (items: Int32Array): Int32Array => items.filter((item) => item <= encoder.itemCount);
  const clicks = request.clicks
    .map(({ before, target }) => ({ before: known(before), target }))
    .filter(({ before }) => before.length > 0);
  const vectors = encoder.itemVectors();
  const eligible = new Uint8Array(encoder.itemCount + 1).fill(1);
  eligible[0] = 0;
  const lists: RankExample[] = [];
  for (let start = 0; start < clicks.length; start += CLICKS_A_SLICE) {
    await checkpoint();
    const slice = clicks.slice(start, start + CLICKS_A_SLICE);
    const before: SequenceBatch = sequenceBatch(slice.map((click) => click.before));
    const found = await topK({
      queries: encoder.encode(before),
      candidates: vectors,
      dim: encoder.dim,
      k: candidates,
      exclude: before,
      eligible,
    });
    slice.forEach((click, place) => {
      const rows = found.rows.subarray(place * candidates, (place + 1) * candidates);
      const end = rows.indexOf(-1);
      const count = end < 0 ? candidates : end;
      lists.push({
        history: historyOf([...new Set(click.before.toReversed())], history),
        candidates: rows.slice(0, count),
        recallScores: found.scores.slice(place * candidates, place * candidates + count),
        target: rows.subarray(0, count).indexOf(click.target),
      });
    });
  }
  return lists;
}
