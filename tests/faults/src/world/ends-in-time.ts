import { setTimeout as delay } from 'node:timers/promises';
import type { RowRun } from '../row.js';
import type { FaultService } from './fault-service.js';

/** SIGTERM; a violation where the service does not end with 0 within `graceMs`, whereupon it is killed. */
export async function endsInTime(
  { violation }: Pick<RowRun, 'violation'>,
  service: FaultService,
  graceMs: number,
  when: string,
): Promise<void> {
  const started = performance.now();
  const waited = new AbortController();
  const ended = service.terminate().then((code) => ({ code }));
  const late = delay(graceMs, 'late' as const, { signal: waited.signal });
  const outcome = await Promise.race([ended, late]);
  waited.abort();
  late.catch(() => undefined);
  if (outcome === 'late') {
    violation(
      `${when}: ${service.name} was still there ${graceMs / 1000} s after SIGTERM: ${await lastWords(service)}`,
    );
    await service.kill();
  } else if (outcome.code !== 0) {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    violation(`${when}: ${service.name} ended with ${outcome.code} after ${seconds} s: ${await lastWords(service)}`);
  }
}

async function lastWords(service: FaultService): Promise<string> {
  const lines = await service.log();
  return lines
    .slice(-4)
    .map(({ msg }) => String(msg))
    .join(' | ');
}
