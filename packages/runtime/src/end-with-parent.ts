import { Worker } from 'node:worker_threads';

/**
 * For a process that was forked: ends it once the process that forked it is gone, at the next turn of the event loop or, where native code
 * holds that back (a long product of matrices), about a second later. Only the compiled file can be used.
 */
export function endWithParent(): void {
  process.on('disconnect', () => process.exit(1));
  new Worker(new URL('./watch-parent.js', import.meta.url), {
    workerData: process.ppid,
    execArgv: [],
  }).unref();
}
