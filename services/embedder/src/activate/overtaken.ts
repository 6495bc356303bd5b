import { JobFailedError } from '@click-recall/jobs';
import type { ModelRecord } from '@click-recall/redis';

/**
 * Why a trained version must not go live any more, if so: it was trained from, and compared with, a version that is no longer live, because
 * of a rollback meanwhile. Nobody has judged it against what is live now.
 */
export function overtaken({ version, replaces }: ModelRecord, live: string | null): JobFailedError | undefined {
  if (live === version || live === (replaces ?? null)) return undefined;
  const text = `${version} was trained to replace ${replaces ?? 'nothing'}, but ${live ?? 'nothing'} is live now`;
  return new JobFailedError('overtaken', `${text}: train again, or put it live by a rollback to it`);
}
