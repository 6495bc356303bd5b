import { setTimeout as delay } from 'node:timers/promises';
import { trainProgressSchema } from '@click-recall/contracts';
import type { FlowStep, FlowView, Jobs } from '@click-recall/jobs';
import { CliError } from '../errors.js';

const STEPS: readonly FlowStep[] = ['train', 'embed', 'activate', 'republish'];
const POLL_MS = 500;

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** One line whenever something new is to be said. */
  readonly say: (line: string) => void;
}

/**
 * Waits for a flow and tells each finished epoch and step.
 *
 * @returns the flow as it ended
 * @throws CliError when it failed: at which step, and why
 */
export async function followFlow(
  jobs: Pick<Jobs, 'flow'>,
  id: string,
  { signal, say }: FollowOptions,
): Promise<FlowView> {
  let said = 0;
  for (;;) {
    const flow = await jobs.flow(id);
    if (!flow) throw new CliError(`there is no flow ${id}`);
    const lines = linesOf(flow);
    for (const line of lines.slice(said)) say(line);
    said = Math.max(said, lines.length);
    if (flow.state === 'completed') return flow;
    if (flow.state === 'failed') {
      const failed = STEPS.find((step) => flow.jobs[step]?.failure !== undefined);
      throw new CliError(`${failed ?? 'the flow'} failed: ${flow.failure?.message ?? 'for an unknown reason'}`);
    }
    await delay(POLL_MS, undefined, { signal });
  }
}

/** Everything there is to say of a flow by now; it only ever grows at its end. */
function linesOf({ jobs }: FlowView): string[] {
  const lines: string[] = [];
  const progress = trainProgressSchema.safeParse(jobs.train?.progress);
  if (progress.success) {
    for (const { epoch, loss, validationNdcg10 } of progress.data.curve) {
      const validation = validationNdcg10 === null ? '' : `  validation NDCG@10 ${validationNdcg10.toFixed(4)}`;
      lines.push(`epoch ${epoch}  loss ${loss.toFixed(4)}${validation}`);
    }
  }
  if (jobs.train?.result) {
    const { modelVersion, metrics, seconds } = jobs.train.result;
    lines.push(
      `trained ${modelVersion} in ${seconds.toFixed(0)} s: HR@10 ${metrics.hr10.toFixed(4)}, NDCG@10 ${metrics.ndcg10.toFixed(4)}`,
    );
  }
  if (jobs.embed?.result) {
    const { items, users, indexRecall } = jobs.embed.result;
    lines.push(`indexed ${items} items and ${users} users, recall@100 ${indexRecall.toFixed(4)}`);
  }
  if (jobs.activate?.result) lines.push(`${jobs.activate.result.modelVersion} is live`);
  if (jobs.republish?.result) lines.push(`published ${jobs.republish.result.published} recommendations`);
  return lines;
}
