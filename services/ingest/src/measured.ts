import type { Health, Metrics } from '@click-recall/runtime';
import type { HandleBatch } from './pipeline.js';

/** A batch that neither ends nor fails within this time hangs, and the process is better started again. */
const HANGS_AFTER_MS = 60_000;

export interface MeasuredParts {
  readonly metrics: Pick<Metrics, 'messagesRead' | 'batchSize' | 'batchSeconds'>;
  readonly health: Pick<Health, 'heartbeat'>;
}

/** The handler, with its batches counted and timed, and watched for hanging. */
export function measured({ metrics, health }: MeasuredParts, handle: HandleBatch): HandleBatch {
  return async (batch, control) => {
    const { topic, partition, messages } = batch;
    const heartbeat = health.heartbeat(`${topic}[${partition}]`, HANGS_AFTER_MS);
    const end = metrics.batchSeconds.startTimer({ topic });
    try {
      await handle(batch, control);
    } finally {
      heartbeat.stop();
    }
    end();
    metrics.messagesRead.inc({ topic }, messages.length);
    metrics.batchSize.observe({ topic }, messages.length);
  };
}
