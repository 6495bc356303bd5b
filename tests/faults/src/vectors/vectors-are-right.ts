import { eventually } from '@click-recall/testing';
import { untilApplied } from '../replay/unapplied.js';
import { untilRead } from '../replay/until-read.js';
import type { RowRun } from '../row.js';
import type { FaultPipeline } from '../world/open-world.js';
import { compareVectors } from './compare-vectors.js';
import type { AnswerCheck } from './open-answer-check.js';

const CAUGHT_UP_WITHIN_MS = 120_000;

/** Waits until every click has found its way into the vectors; what is still wrong with them after the deadline is a violation each. */
export async function vectorsAreRight(
  { violation }: Pick<RowRun, 'violation'>,
  pipeline: FaultPipeline,
  { encoderOf }: Pick<AnswerCheck, 'encoderOf'>,
  when: string,
): Promise<void> {
  await untilApplied(pipeline);
  await untilRead(pipeline, 'embedder', 'sequence-updates', CAUGHT_UP_WITHIN_MS);
  let last = ['nothing could be compared'];
  const look = async (): Promise<boolean> => (last = await compareVectors(pipeline, encoderOf)).length === 0;
  await eventually(look, { deadlineMs: CAUGHT_UP_WITHIN_MS, everyMs: 500 }).catch(() => {
    for (const difference of last) violation(`${when}: ${difference}`);
  });
}
