import { JOB_NAMES } from '@click-recall/contracts';
import type { Jobs, QueueCounts } from '@click-recall/jobs';
import type { Metrics } from '@click-recall/runtime';

/** Asks how full the queues are whenever somebody scrapes; the counts are the same whoever asks, so only the console reports them. */
export function reportQueues(jobs: Pick<Jobs, 'counts'>, metrics: Pick<Metrics, 'beforeScrape' | 'queueJobs'>): void {
  metrics.beforeScrape(async () => {
    let counts: QueueCounts;
    try {
      counts = await jobs.counts();
    } catch (error) {
      // No figure is better than an old one.
      metrics.queueJobs.reset();
      throw error;
    }
    for (const queue of JOB_NAMES) {
      const { paused, ...states } = counts[queue];
      for (const [state, count] of Object.entries(states)) metrics.queueJobs.set({ queue, state }, count);
      metrics.queueJobs.set({ queue, state: 'paused' }, paused ? 1 : 0);
    }
  });
}
