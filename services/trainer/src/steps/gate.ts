import { z } from 'zod';

/** How one version ranks the clicks that are compared. */
export interface ComparedVersion {
  readonly version: string;
  readonly ndcg10: number;
}

export interface GateEvidence {
  /** Of the last epoch. */
  readonly loss: number;
  /** Newest clicks that neither the candidate nor any compared version was trained on. */
  readonly clicks: number;
  /** NDCG@10 of the candidate on those clicks. */
  readonly ndcg10: number;
  /** The last versions, the live one among them, on those same clicks. */
  readonly versions: readonly ComparedVersion[];
  /** NDCG@10 on the clicks held out of the candidate's training, however many: where the others cannot decide. */
  readonly heldOut: { readonly clicks: number; readonly ndcg10: number; readonly popularity: number };
}

export interface GateRules {
  readonly gateTolerance: number;
  readonly gateMinClicks: number;
}

/** Whether a candidate may go live, why, and by what it was judged; kept beside its weights. */
export const judgedSchema = z.discriminatedUnion('passed', [
  z.object({
    passed: z.literal(true),
    basis: z.enum(['versions', 'popularity']).default('versions'),
    message: z.string(),
  }),
  z.object({
    passed: z.literal(false),
    code: z.enum(['gate-rejected', 'non-finite-loss']).default('gate-rejected'),
    message: z.string(),
  }),
]);
export type Verdict = z.output<typeof judgedSchema>;

/**
 * The gate of a new model: a finite loss, and an NDCG@10 not below that of the best of the last versions by more than the
 * tolerance, all on the same clicks. Where too few such clicks remain, or there is no version to compare with, the
 * candidate must not be below the popularity baseline on its held-out clicks.
 */
export function judge(evidence: GateEvidence, rules: GateRules): Verdict {
  const { loss, clicks, ndcg10, versions, heldOut } = evidence;
  if (!Number.isFinite(loss)) {
    return { passed: false, code: 'non-finite-loss', message: `the loss is ${loss}` };
  }
  const best = versions.reduce<ComparedVersion | undefined>(
    (former, next) => (former && former.ndcg10 >= next.ndcg10 ? former : next),
    undefined,
  );
  if (best && clicks >= rules.gateMinClicks) {
    const floor = best.ndcg10 - rules.gateTolerance;
    const told = `NDCG@10 ${show(ndcg10)} on ${clicks} newest clicks, best of ${versions.length} versions ${show(best.ndcg10)} (${best.version}), tolerance ${rules.gateTolerance}`;
    // NaN is not above a floor, so it does not pass.
    return ndcg10 >= floor
      ? { passed: true, basis: 'versions', message: told }
      : { passed: false, code: 'gate-rejected', message: told };
  }
  const why = best ? `only ${clicks} clicks that no version was trained on` : 'no version to compare with';
  const told = `${why}: NDCG@10 ${show(heldOut.ndcg10)} on ${heldOut.clicks} held-out clicks, popularity ${show(heldOut.popularity)}`;
  return heldOut.clicks > 0 && heldOut.ndcg10 >= heldOut.popularity
    ? { passed: true, basis: 'popularity', message: told }
    : { passed: false, code: 'gate-rejected', message: told };
}

function show(value: number): string {
  return value.toFixed(4);
}
