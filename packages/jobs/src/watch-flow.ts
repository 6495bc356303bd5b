import { setTimeout as delay } from 'node:timers/promises';
import type { FlowView, Jobs } from './jobs.js';
import { throughOutage } from './through-outage.js';

/** Somebody else's flow is known before its jobs are in their queues; as long as its claim holds. */
const APPEARS_WITHIN_MS = 30_000;

export interface WatchFlowOptions {
  /** Ends the watching with an AbortError; the flow goes on. */
  readonly signal: AbortSignal;
  /** 500 unless set. */
  readonly pollMs?: number;
}

/**
 * Gives a flow as it stands, again and again; the last view is the one in which it has ended, well or not.
 *
 * @throws Error when there is no such flow, or Redis is away for longer than is borne
 */
export async function* watchFlow(
  jobs: Pick<Jobs, 'flow'>,
  id: string,
  { signal, pollMs = 500 }: WatchFlowOptions,
): AsyncGenerator<FlowView, void, void> {
  const deadline = performance.now() + APPEARS_WITHIN_MS;
  for (;;) {
    const flow = await throughOutage(() => jobs.flow(id), { pollMs, signal });
    if (flow) {
      yield flow;
      if (flow.state !== 'running') return;
    } else if (performance.now() >= deadline) throw new Error(`there is no flow ${id}`);
    await delay(pollMs, undefined, { signal });
  }
}
