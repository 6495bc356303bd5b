import { JobFailedError } from '@click-recall/jobs';
import { ModelArtifactError } from '@click-recall/model';
import { DamagedModelError, UnknownModelError } from '@click-recall/registry';

/** Names what no retry can mend; any other error is left to be tried again. */
export function toJobFailure(error: unknown, version: string): unknown {
  if (error instanceof UnknownModelError) return new JobFailedError('unknown-model', error.message);
  if (error instanceof DamagedModelError) return new JobFailedError('damaged-model', error.message);
  if (error instanceof ModelArtifactError) {
    return new JobFailedError('damaged-model', `model version ${version} is damaged: ${error.message}`);
  }
  return error;
}
