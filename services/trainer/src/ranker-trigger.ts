import type { Jobs } from '@click-recall/jobs';
import type { ActivationStore, RankerStore } from '@click-recall/redis';

export interface RankerTriggerOptions {
  readonly activation: Pick<ActivationStore, 'read'>;
  readonly rankers: Pick<RankerStore, 'list'>;
  readonly jobs: Pick<Jobs, 'startRanker'>;
}

/**
 * Looks whether the live encoder has a ranker, or had one that was rejected; if not, has one trained. What is to be done follows from
 * what is live alone, so it survives restarts and lost notices, and several trainers may look: the job is added once.
 */
export function createRankerTrigger({ activation, rankers, jobs }: RankerTriggerOptions): () => Promise<void> {
  let asked: string | undefined;
  return async () => {
    const live = await activation.read();
    if (live?.encoder === asked) return;
    asked = undefined;
    if (!live || live.ranker !== '') return;
    if ((await rankers.list(live.encoder)).length === 0) await jobs.startRanker(live.encoder);
    asked = live.encoder;
  };
}
