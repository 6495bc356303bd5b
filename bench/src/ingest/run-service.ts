import type { OffsetStore } from '@click-recall/redis';
import { execFile, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface ServiceTask {
  readonly env: Readonly<Record<string, string>>;
  /** Full name of the clicks topic. */
  readonly topic: string;
  /** Offset of the newest message of each partition. */
  readonly last: ReadonlyMap<number, string>;
  readonly events: number;
  readonly offsets: Pick<OffsetStore, 'read'>;
  /** Extra arguments of Node, for a profile. */
  readonly nodeArgs: readonly string[];
}

export interface ServiceResult {
  /** From the end of the first batch to the end of the last. */
  readonly eventsPerSecond: number;
  /** Largest, as the system saw it. */
  readonly residentMb: number;
}

const POLL_MS = 20;

/** Starts ingest as it is started in production and watches its offset markers until all is applied. */
export async function runService(task: ServiceTask): Promise<ServiceResult> {
  const main = fileURLToPath(new URL('../../../services/ingest/dist/main.js', import.meta.url));
  const child = spawn(process.execPath, [...task.nodeArgs, main], {
    env: { ...task.env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let residentMb = 0;
  try {
    let first: { at: number; applied: number } | undefined;
    for (let polls = 0; ; polls++) {
      if (child.exitCode !== null) throw new Error(`ingest ended with ${child.exitCode}`);
      const applied = await appliedEvents(task);
      const at = performance.now();
      if (applied > 0) first ??= { at, applied };
      if (polls % 10 === 0) residentMb = Math.max(residentMb, await residentMbOf(child.pid));
      if (first && applied >= task.events) {
        return { eventsPerSecond: ((applied - first.applied) / (at - first.at)) * 1000, residentMb };
      }
      await delay(POLL_MS);
    }
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function appliedEvents({ offsets, topic, last }: ServiceTask): Promise<number> {
  const markers = await Promise.all([...last.keys()].map((partition) => offsets.read(topic, partition)));
  return markers.reduce((sum, marker) => sum + (marker === null ? 0 : Number(marker) + 1), 0);
}

async function residentMbOf(pid: number | undefined): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
}
