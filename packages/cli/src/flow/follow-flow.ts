import { trainProgressSchema } from '@click-recall/contracts';
import { describeEpoch, describeStep } from '@click-recall/infra';
import { TRAINING_STEPS, watchFlow, type FlowView, type Jobs } from '@click-recall/jobs';
import { CliError } from '../errors.js';

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
  for await (const flow of watchFlow(jobs, id, { signal })) {
    const lines = linesOf(flow);
    for (const line of lines.slice(said)) say(line);
    said = Math.max(said, lines.length);
    if (flow.state === 'completed') return flow;
    if (flow.state === 'failed') {
      const failed = TRAINING_STEPS.find((step) => flow.jobs[step]?.failure !== undefined);
      throw new CliError(`${failed ?? 'the flow'} failed: ${flow.failure?.message ?? 'for an unknown reason'}`);
    }
  }
  throw new CliError(`flow ${id} is gone`);
}

/** Everything there is to say of a flow by now; it only ever grows at its end. */
function linesOf(flow: FlowView): string[] {
  const progress = trainProgressSchema.safeParse(flow.jobs.train?.progress);
  const epochs = progress.success ? progress.data.curve.map(describeEpoch) : [];
  const steps = TRAINING_STEPS.flatMap((step) => {
    const text = describeStep(flow, step);
    return text === undefined ? [] : [`${step}: ${text}`];
  });
  return [...epochs, ...steps];
}
