import type { SequenceUpdate } from '@click-recall/contracts';
import type { AppliedUser } from '@click-recall/redis';
import type { Metrics } from '@click-recall/runtime';

type Counted = Pick<
  Metrics,
  'eventsApplied' | 'eventsDuplicate' | 'eventsTooOld' | 'eventsDropped' | 'usersForgotten' | 'freshness'
>;

/** Adds what became of a batch to the metrics. */
export function countApplied(
  metrics: Counted,
  applied: readonly AppliedUser[],
  updates: readonly SequenceUpdate[],
): void {
  const sum = (count: (user: AppliedUser) => number): number => applied.reduce((total, user) => total + count(user), 0);
  metrics.eventsApplied.inc(sum(({ added }) => added));
  metrics.eventsDuplicate.inc(sum(({ duplicate }) => duplicate));
  metrics.eventsTooOld.inc(sum(({ stale }) => stale));
  metrics.eventsDropped.inc(sum(({ dropped }) => dropped));
  metrics.usersForgotten.inc(sum(({ forgotten }) => (forgotten ? 1 : 0)));
  const now = Date.now();
  for (const { cause } of updates) {
    metrics.freshness.observe({ stage: 'sequence' }, Math.max(0, now - cause.appendedAt) / 1000);
  }
}
