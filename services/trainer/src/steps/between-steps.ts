import { JobFailedError } from '@click-recall/jobs';
import { NonFiniteLossError } from '@click-recall/model';
import { CancelledError, type TaskContext } from '../tasks/task-context.js';

/** What a training of the model package asks before each step, by way of the task's checkpoint. */
export function betweenSteps(checkpoint: TaskContext['checkpoint']): () => Promise<'continue' | 'cancel'> {
  return async () => {
    try {
      await checkpoint();
      return 'continue';
    } catch (error) {
      if (error instanceof CancelledError) return 'cancel';
      throw error;
    }
  };
}

/** For the `catch` of a training: a loss that is not finite fails the job for good, anything else is thrown as it is. */
export function failForGood(error: unknown): never {
  throw error instanceof NonFiniteLossError ? new JobFailedError('non-finite-loss', error.message) : error;
}
