import type { JobData } from '@click-recall/contracts';
import type { FlowJob, JobsOptions as BullJobOptions } from 'bullmq';
import type { FlowStep } from './jobs.js';

/** The steps in the order they run. */
export const TRAINING_STEPS = ['train', 'embed', 'activate', 'republish'] as const satisfies readonly FlowStep[];

interface Step {
  readonly name: FlowStep;
  readonly data: object;
}

/** Train -> embed -> activate -> republish, all under one id. */
export function trainingFlow(id: string, request: JobData<'train'>, options: BullJobOptions): FlowJob {
  const activate: JobData<'activate'> = { reason: 'train' };
  return chain(id, options, [
    { name: 'train', data: request },
    { name: 'embed', data: {} satisfies JobData<'embed'> },
    { name: 'activate', data: activate },
    { name: 'republish', data: REPUBLISH },
  ]);
}

/** Embed -> activate -> republish of a version that is there already. */
export function rollbackFlow(id: string, modelVersion: string, options: BullJobOptions): FlowJob {
  const activate: JobData<'activate'> = { modelVersion, reason: 'rollback' };
  return chain(id, options, [
    { name: 'embed', data: { modelVersion } satisfies JobData<'embed'> },
    { name: 'activate', data: activate },
    { name: 'republish', data: { ...REPUBLISH, modelVersion } satisfies JobData<'republish'> },
  ]);
}

const REPUBLISH: JobData<'republish'> = { cause: { kind: 'activation' } };

/**
 * A job runs when its one child has ended, so the last step is the root. A failed child *continues* its parent: BullMQ's
 * `failParentOnFailure` would fail it with "child X failed", while our worker fails it with the child's own reason.
 */
function chain(id: string, options: BullJobOptions, steps: readonly Step[]): FlowJob {
  const nodes = steps.map((step, place) => ({
    name: step.name,
    queueName: step.name,
    data: step.data,
    opts: { ...options, jobId: id, ...(place < steps.length - 1 ? { continueParentOnFailure: true } : {}) },
  }));
  return nodes.reduce<FlowJob | undefined>(
    (child, node) => (child ? { ...node, children: [child] } : node),
    undefined,
  )!;
}
