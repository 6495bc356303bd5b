import { workerData } from 'node:worker_threads';

// The thread of `endWithParent`. Who loses its parent is given another one; only a signal reaches a thread that is held.
const parent: unknown = workerData;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, 1_000);
