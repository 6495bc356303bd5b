import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics/create-metrics.js';
import { within } from '../within.js';
import { watchEventLoop } from './event-loop-lag.js';

export type DependencyState = 'starting' | 'up' | 'down';

export interface DependencyReport {
  readonly state: DependencyState;
  /** Why it is down; no secrets. */
  readonly reason?: string;
}

export interface HealthReport {
  /** The process does its work: the event loop turns and no heartbeat is overdue. False asks for a restart. */
  readonly live: boolean;
  /** Every dependency is up. False asks for no traffic. */
  readonly ready: boolean;
  readonly eventLoopLagMs: number;
  readonly heartbeats: Readonly<Record<string, { readonly silentMs: number; readonly overdue: boolean }>>;
  readonly dependencies: Readonly<Record<string, DependencyReport>>;
}

export interface Heartbeat {
  beat(): void;
  /** The work ended as it should; no beat is expected any more. */
  stop(): void;
}

export interface Dependency {
  up(): void;
  down(reason: string): void;
}

export interface Health {
  /** Work that must show signs of life: silent for longer than this, `/healthz` fails. */
  heartbeat(name: string, maxSilenceMs: number): Heartbeat;
  /**
   * Something without which requests cannot be answered: Kafka, Redis, a live model. With `check` it is asked every
   * `everyMs` (a throw or no answer in 3 s = down); without, the returned handle sets the state.
   */
  dependency(name: string, check?: () => Promise<unknown>, everyMs?: number): Dependency;
  /** The names among these that are not up; unknown names count as not up. */
  missing(names: readonly string[]): string[];
  report(): HealthReport;
  close(): void;
}

export interface HealthOptions {
  readonly logger: Logger;
  readonly metrics?: Pick<Metrics, 'dependencyUp' | 'eventLoopLag' | 'beforeScrape'>;
  /** A longer hold-up of the event loop fails `/healthz`; generous, since building a model's graph holds it for seconds. */
  readonly maxLagMs?: number;
}

const CHECK_TIMEOUT_MS = 3_000;

/** Keeps what `/healthz` and `/readyz` tell; says once in the log when a dependency goes and when it is back. */
export function createHealth({ logger, metrics, maxLagMs = 10_000 }: HealthOptions): Health {
  const heartbeats = new Map<string, { beatAt: number; maxSilenceMs: number }>();
  const dependencies = new Map<string, DependencyReport>();
  const timers = new Set<NodeJS.Timeout>();
  const lag = watchEventLoop();
  let closed = false;

  metrics?.beforeScrape(async () => metrics.eventLoopLag.set(lag.longestMs() / 1000));

  function set(name: string, next: DependencyReport): void {
    const before = dependencies.get(name);
    dependencies.set(name, next);
    metrics?.dependencyUp.set({ dependency: name }, next.state === 'up' ? 1 : 0);
    if (before?.state === next.state) return;
    if (next.state === 'down')
      logger.warn({ dependency: name, reason: next.reason }, `${name} is not available: ${next.reason}`);
    if (next.state === 'up')
      logger.info({ dependency: name }, before?.state === 'down' ? `${name} is back` : `${name} is available`);
  }

  function later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timer.unref();
    timers.add(timer);
  }

  async function poll(name: string, check: () => Promise<unknown>, everyMs: number): Promise<void> {
    let next: DependencyReport;
    try {
      await within(CHECK_TIMEOUT_MS, check(), () => new Error(`no answer in ${CHECK_TIMEOUT_MS} ms`));
      next = { state: 'up' };
    } catch (error) {
      next = { state: 'down', reason: messageOf(error) };
    }
    if (closed) return;
    set(name, next);
    later(everyMs, () => void poll(name, check, everyMs));
  }

  return {
    heartbeat(name, maxSilenceMs) {
      const state = { beatAt: performance.now(), maxSilenceMs };
      heartbeats.set(name, state);
      return {
        beat: () => void (state.beatAt = performance.now()),
        stop: () => void (heartbeats.get(name) === state && heartbeats.delete(name)),
      };
    },
    dependency(name, check, everyMs = 1_000) {
      set(name, { state: 'starting' });
      if (check) void poll(name, check, everyMs);
      return { up: () => set(name, { state: 'up' }), down: (reason) => set(name, { state: 'down', reason }) };
    },
    missing: (names) => names.filter((name) => dependencies.get(name)?.state !== 'up'),
    report() {
      const now = performance.now();
      const beats = [...heartbeats].map(([name, { beatAt, maxSilenceMs }]) => {
        const silentMs = Math.round(now - beatAt);
        return [name, { silentMs, overdue: silentMs > maxSilenceMs }] as const;
      });
      const eventLoopLagMs = Math.round(lag.longestMs());
      return {
        live: eventLoopLagMs <= maxLagMs && beats.every(([, { overdue }]) => !overdue),
        ready: [...dependencies.values()].every(({ state }) => state === 'up'),
        eventLoopLagMs,
        heartbeats: Object.fromEntries(beats),
        dependencies: Object.fromEntries(dependencies),
      };
    },
    close() {
      closed = true;
      lag.stop();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
