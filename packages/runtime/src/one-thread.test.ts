import { expect, it } from 'vitest';
import { computeOnOneThread } from './one-thread.js';

it('leaves the numbers of threads that the environment says', () => {
  const env = { TF_NUM_INTRAOP_THREADS: '4' };
  computeOnOneThread(env);
  expect(env).toEqual({ TF_NUM_INTRAOP_THREADS: '4', TF_NUM_INTEROP_THREADS: '1' });
});
