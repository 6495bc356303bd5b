import type { Dataset } from '@click-recall/datasets';
import { sequenceBatch, splitLeaveOneOut, type LabelledSequences, type SequenceBatch } from '@click-recall/model';
import type { Protocol } from './protocol.js';
import { userSequences } from './user-sequences.js';

export interface NextItemSplit {
  readonly train: SequenceBatch;
  readonly validation: RankedQueries;
  readonly test: RankedQueries;
}

/** Queries, with what the protocol leaves out of each ranking. */
export interface RankedQueries extends LabelledSequences {
  readonly exclude: SequenceBatch;
}

/** Each user's last click tests and the one before it validates. Seen items are not ranked, unless repeats are kept. */
export function nextItemSplit(data: Dataset, { keepRepeats }: Protocol): NextItemSplit {
  const { train, validation, test } = splitLeaveOneOut(userSequences(data));
  const ranked = (queries: LabelledSequences): RankedQueries => ({
    ...queries,
    exclude: keepRepeats ? sequenceBatch(Array.from(queries.targets, () => [])) : queries.inputs,
  });
  return { train, validation: ranked(validation), test: ranked(test) };
}
