import type { JobName } from '@click-recall/contracts';
import { TRAINING_STEPS } from './flows.js';
import type { FlowStep, FlowView, JobView } from './jobs.js';

type Find = <N extends JobName>(name: N, id: string) => Promise<JobView<N> | undefined>;

/** The jobs that share a flow's id, and how the flow stands: one that failed for good ends it. */
export async function flowView(id: string, find: Find): Promise<FlowView | undefined> {
  const jobs = await Promise.all(TRAINING_STEPS.map((name) => find<FlowStep>(name, id)));
  const present = jobs.filter((job) => job !== undefined);
  if (present.length === 0) return undefined;
  const failure = present.find((job) => job.failure)?.failure;
  const root = present.find((job) => job.name === 'republish');
  return {
    id,
    state: failure ? 'failed' : root?.state === 'completed' ? 'completed' : 'running',
    failure,
    jobs: Object.fromEntries(present.map((job) => [job.name, job])) as FlowView['jobs'],
  };
}
