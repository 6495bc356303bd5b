import { isRetriable } from '@click-recall/runtime';

/** Reasons that no retry can mend: the job fails at once, and the jobs that wait for it fail with the same reason. */
export const FINAL_FAILURES = [
  'gate-rejected',
  'ranker-rejected',
  'too-few-users',
  'too-few-items',
  'too-few-clicks',
  'non-finite-loss',
  'cancelled',
  'unknown-model',
  'damaged-model',
  'index-check-failed',
  'overtaken',
  'invalid-config',
  'invalid-job',
  'earlier-step-failed',
] as const;

export type FinalFailure = (typeof FINAL_FAILURES)[number];

/** Why a job failed. `error` = anything that is tried again, its attempts used up. */
export interface JobFailure {
  readonly code: FinalFailure | 'error';
  readonly message: string;
}

/** Thrown by a processor to end the job without a retry. On the dashboard it reads `code: message`. */
export class JobFailedError extends Error {
  override readonly name = 'JobFailedError';
  readonly code: FinalFailure;

  constructor(code: FinalFailure, message: string) {
    super(message);
    this.code = code;
  }
}

/** Whether a job that ends with this error is put aside until what is away is back, which uses up no attempt and is no failure. */
export function isPutAside(error: unknown): boolean {
  return !(error instanceof JobFailedError) && isRetriable(error);
}

/** `code: message`, as kept by the queue. */
export function formatFailure(failure: JobFailure): string {
  return failure.code === 'error' ? failure.message : `${failure.code}: ${failure.message}`;
}

/** The inverse of `formatFailure`; what has no known code is an `error`. */
export function parseFailure(reason: string): JobFailure {
  const end = reason.indexOf(': ');
  const code = FINAL_FAILURES.find((known) => known === reason.slice(0, end));
  return code ? { code, message: reason.slice(end + 2) } : { code: 'error', message: reason };
}
