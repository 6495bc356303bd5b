import type { FuzzOptions, Statuses } from './http-fuzz/run-fuzz-test.js';

/** See {@link FuzzOptions}; fast-check is loaded only by the tests that use it. */
export async function fuzzHttp(options: FuzzOptions): Promise<Statuses> {
  const { runFuzz } = await import('./http-fuzz/run-fuzz-test.js');
  return runFuzz(options);
}
