import type { Jobs } from '@click-recall/jobs';
import { bestRanker, type ActivationStore, type RankerStore } from '@click-recall/redis';

export interface RankerTriggerOptions {
  readonly activation: Pick<ActivationStore, 'read' | 'switchRanker'>;
  readonly rankers: Pick<RankerStore, 'list'>;
  readonly jobs: Pick<Jobs, 'startRanker'>;
  /** A ranker is live. */
  readonly onRanker: (ranker: { readonly modelVersion: string; readonly rankerVersion: string }) => Promise<void>;
}

/**
 * Looks whether the live encoder has a ranker, or had one that was rejected; if not, has one trained. One that has passed and yet is not
 * live goes live: it was ready in the moment when its encoder came back, or Redis came back with older data. What is to be done follows
 * from what is live alone, so it survives restarts and lost notices, and several trainers may look: the job is added once.
 */
export function createRankerTrigger(options: RankerTriggerOptions): () => Promise<void> {
  const { activation, rankers, jobs, onRanker } = options;
  let asked: string | undefined;

  return async () => {
    const live = await activation.read();
    if (!live || live.ranker !== '') return void (asked = undefined);
    if (live.encoder === asked) return;
    const known = await rankers.list(live.encoder);
    const passed = bestRanker(known);
    if (passed) await putLive(live.encoder, passed.version);
    else if (known.length === 0) await jobs.startRanker(live.encoder);
    asked = live.encoder;
  };

  async function putLive(modelVersion: string, rankerVersion: string): Promise<void> {
    const switched = await activation.switchRanker(modelVersion, rankerVersion, Date.now());
    if (switched === 'activated') await onRanker({ modelVersion, rankerVersion });
  }
}
