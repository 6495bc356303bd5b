import { setTimeout as delay } from 'node:timers/promises';
import { isForget, parseClick, topicName } from '@click-recall/contracts';
import { readTopic } from '@click-recall/kafka';
import { eventually } from '@click-recall/testing';
import type { HttpLoad } from '../load/http-load.js';
import { mostOf } from '../replay/compare-state.js';
import type { RowRun } from '../row.js';
import type { FaultServiceName } from './fault-service.js';
import { FLEET, type Fleet } from './open-fleet.js';
import { FLOW_WITHIN_MS } from './open-live-pipeline.js';

const READY_WITHIN_MS = 120_000;
const BEGINS_WITHIN_MS = 60_000;

/** Resolves once every service says that it is ready. */
export async function untilReady({ service }: Fleet): Promise<void> {
  const all = async (): Promise<boolean> =>
    (await Promise.all(FLEET.map((name) => service(name).readiness()))).every((status) => status === 200);
  await eventually(all, { deadlineMs: READY_WITHIN_MS, everyMs: 100 });
}

/** Starts a training that is under way when this resolves, and gives the way to wait for its end: a violation where it was lost. */
export async function trainingUnderWay(
  { random, violation }: Pick<RowRun, 'random' | 'violation'>,
  { live: { jobs } }: Fleet,
): Promise<(when: string) => Promise<void>> {
  const { id } = await jobs.startTraining({ reason: 'manual' });
  await eventually(async () => (await jobs.job('train', id))?.state === 'active', { deadlineMs: BEGINS_WITHIN_MS });
  await delay(random.between(0, 4_000));
  return async (when) => {
    const outcome = await jobs.waitFor('republish', id, { timeoutMs: FLOW_WITHIN_MS });
    if (outcome.kind === 'failed') violation(`${when}: the training was lost: ${outcome.failure.message}`);
  };
}

/** A violation for each of these services whose `/readyz` is not 503 within the time. */
export async function turnUnready(
  { violation }: Pick<RowRun, 'violation'>,
  { service }: Fleet,
  names: readonly FaultServiceName[],
  withinMs: number,
  when: string,
): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      const unready = async (): Promise<boolean> => (await service(name).readiness()) === 503;
      await eventually(unready, { deadlineMs: withinMs, everyMs: 100 }).catch(() =>
        violation(`${when}: ${name} still says that it is ready after ${withinMs / 1000} s`),
      );
    }),
  );
}

/** A violation for each service that has ended. */
export function allRun({ violation }: Pick<RowRun, 'violation'>, { service }: Fleet, when: string): void {
  for (const name of FLEET) if (!service(name).isRunning()) violation(`${when}: ${name} has ended`);
}

/** A violation for each service that uses more of one processor than `share` while it waits for `ms`. */
export async function restsFor(
  { violation }: Pick<RowRun, 'violation'>,
  { service }: Fleet,
  { ms, share, when }: { readonly ms: number; readonly share: number; readonly when: string },
): Promise<void> {
  const used = (): Promise<number[]> => Promise.all(FLEET.map((name) => service(name).cpuSeconds()));
  const [before, started] = [await used(), performance.now()];
  await delay(ms);
  const [after, seconds] = [await used(), (performance.now() - started) / 1000];
  FLEET.forEach((name, place) => {
    const shareUsed = ((after[place] ?? NaN) - (before[place] ?? NaN)) / seconds;
    if (!(shareUsed < share)) violation(`${when}: ${name} used ${(shareUsed * 100).toFixed(1)} % of a processor`);
  });
}

export interface Allowed {
  readonly statuses: readonly number[];
  /** Default: however long a caller waits for one. */
  readonly withinMs?: number;
}

/** A violation for each answer to these callers that is not allowed, comes too late or does not come. */
export function checkCallers(
  { violation }: Pick<RowRun, 'violation'>,
  callers: HttpLoad,
  { statuses, withinMs = Infinity }: Allowed,
  when: string,
): void {
  for (const broken of callers.broken()) violation(`${when}: a caller was left without an answer: ${broken}`);
  for (const [status, count] of callers.answers()) {
    if (!statuses.includes(status)) violation(`${when}: ${count} answers of status ${status}`);
  }
  if (callers.answers().size === 0) violation(`${when}: nobody was answered`);
  if (callers.slowestMs() > withinMs)
    violation(`${when}: an answer took ${(callers.slowestMs() / 1000).toFixed(1)} s, more than ${withinMs / 1000} s`);
  if (callers.unkind() > 0) violation(`${when}: ${callers.unkind()} times 503 without retry-after`);
}

/** A violation for the clicks that ingest has answered 202 and that are not in the log. Call it while nobody asks, with Kafka there. */
export async function takenAreLogged(
  { violation }: Pick<RowRun, 'violation'>,
  { live: { client, namespace }, taken }: Fleet,
  when: string,
): Promise<void> {
  const missing = new Set(taken);
  await readTopic(client, {
    topic: topicName('clicks', namespace),
    groupPrefix: `${namespace}.taken`,
    onBatch({ messages }) {
      for (const { value, appendTimeMs } of messages) {
        const parsed = parseClick(value, appendTimeMs);
        if (parsed.ok && !isForget(parsed.value)) missing.delete(parsed.value.eventId ?? '');
      }
    },
  });
  for (const line of mostOf([...missing].map((id) => `the click ${id} was answered 202 and is not in the log`)))
    violation(`${when}: ${line}`);
}
