import {
  evaluateFullRanking,
  sequenceAt,
  sequenceBatch,
  type LabelledSequences,
  type SequenceEncoder,
} from '@click-recall/model';

export interface RankRequest {
  readonly encoder: SequenceEncoder;
  /** The encoder's vocabulary. */
  readonly itemIds: readonly string[];
  readonly clicks: LabelledSequences;
  /** The vocabulary that `clicks` are written in. */
  readonly clickItemIds: readonly string[];
}

export interface Ranked {
  readonly hr10: number;
  readonly ndcg10: number;
  readonly clicks: number;
}

/**
 * Ranks clicks by a version whose vocabulary may be another than theirs: items it does not know are skipped in inputs,
 * cannot stand in its ranking, and count as a miss when they are the target. So every version is measured over the union
 * of the catalogues.
 */
export async function rankClicks({ encoder, itemIds, clicks, clickItemIds }: RankRequest): Promise<Ranked> {
  const total = clicks.targets.length;
  const own = new Map(itemIds.map((itemId, place) => [itemId, place + 1]));
  const indexOf = Int32Array.from([0, ...clickItemIds.map((itemId) => own.get(itemId) ?? 0)]);
  const inputs: Int32Array[] = [];
  const targets: number[] = [];
  clicks.targets.forEach((item, place) => {
    const target = indexOf[item]!;
    const input = sequenceAt(clicks.inputs, place)
      .map((clicked) => indexOf[clicked]!)
      .filter((clicked) => clicked > 0);
    if (target === 0 || input.length === 0) return;
    inputs.push(input);
    targets.push(target);
  });
  if (targets.length === 0) return { hr10: 0, ndcg10: 0, clicks: total };
  const { hr, ndcg } = await evaluateFullRanking({
    encoder,
    inputs: sequenceBatch(inputs),
    targets: Int32Array.from(targets),
    k: 10,
  });
  const share = targets.length / total;
  return { hr10: hr * share, ndcg10: ndcg * share, clicks: total };
}
