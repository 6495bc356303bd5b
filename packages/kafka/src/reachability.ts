import { atMost, backoffMs, within } from '@click-recall/runtime';
import type { Admin, Kafka } from 'kafkajs';
import { isConnectionError, isNoCoordinator, rootMessage } from './kafka-errors.js';
import type { KafkaLogger } from './kafka-logger.js';
import { pause } from './pause.js';
import { groupRefusal, refusalOf, wrongPortOf, type KafkaRefused, type RefusalSetup } from './refusal.js';

/** Whether the brokers answer, known in one place for all that one client opened. */
export interface Reachability {
  /** Somebody's request failed: when that was the connection, the state is "down" until a probe gets an answer. */
  failed(error: unknown): void;
  /** Somebody's request was answered: we were let in. */
  worked(): void;
  /**
   * The clear word for an error that is a refusal which waiting does not mend; undefined for any other. Who was let in before and is not
   * any more (a password was changed) waits: the process goes on once it is let in again.
   *
   * @param what was tried, after "may not"
   */
  refusal(error: unknown, what?: string): Promise<KafkaRefused | undefined>;
  /** Whether waiting for the brokers may mend an error: they are away, or do not let us in any more. */
  passes(error: unknown): boolean;
  /**
   * Resolves once the brokers have answered (since the last failure), or the signal is aborted.
   *
   * @throws KafkaRefused when they do not let us in, and never did
   */
  whenReachable(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface ReachabilityOptions {
  readonly kafka: Kafka;
  readonly setup: RefusalSetup;
  readonly logger: KafkaLogger;
  /** Whether a broker refused a group since the last time of asking. */
  takeGroupRefused(): boolean;
  onReachable?: OnReachable | undefined;
}

/** `reason` (with the address, without secrets) when they do not answer. */
export type OnReachable = (reachable: boolean, reason?: string) => void;

/** How often brokers that answer are asked again: a service that has nothing to send or to read would not notice that they are gone. */
const ASK_EVERY_MS = 2_000;
/** Brokers that take a connection and say nothing (frozen, behind a network that drops packets) are away after this long. */
const ANSWER_WITHIN_MS = 5_000;
const CLOSE_WITHIN_MS = 1_000;

/**
 * Says once that Kafka is gone and once that it is back; in between one probe asks, whoever waits. Reports of failure only ever
 * take the state down and only the probe takes it up, so an idle publisher cannot keep a service "not ready". Once they have answered, the
 * brokers are asked now and again: whatever else the client does, silence is noticed within the sum of the two times above.
 */
export function createReachability(options: ReachabilityOptions): Reachability {
  const { kafka, setup, logger } = options;
  const address = setup.brokers.join(',');
  const closing = new AbortController();
  let state: 'unknown' | 'up' | 'down' = 'unknown';
  let wasUp = false;
  let probing: Promise<void> | undefined;
  let watching: NodeJS.Timeout | undefined;
  /** Stays connected from one question to the next. */
  let admin: Admin | undefined;

  function down(error: unknown): void {
    if (state === 'down') return;
    state = 'down';
    const refused = refusalOf(error, setup);
    const reason = refused
      ? `${refused.message}${wasUp ? '; trying again' : ''}`
      : `Kafka at ${address} cannot be reached (${rootMessage(error)}); trying again until it answers`;
    // Said once: whoever is told here tells it.
    if (options.onReachable) options.onReachable(false, reason);
    else logger.warn({ kafka: address }, reason);
  }

  function up(): void {
    if (options.onReachable) options.onReachable(true);
    else if (state === 'down') logger.info({ kafka: address }, `Kafka at ${address} answers again`);
    state = 'up';
    wasUp = true;
  }

  function isEntryRefusal(error: unknown): boolean {
    return refusalOf(error, setup)?.kind === 'entry';
  }

  async function refusal(error: unknown, what?: string): Promise<KafkaRefused | undefined> {
    if (isNoCoordinator(error) && options.takeGroupRefused()) return groupRefusal(error, setup, what);
    const refused = refusalOf(error, setup, what) ?? (wasUp ? undefined : await wrongPortOf(error, setup));
    return refused?.kind === 'entry' && wasUp ? undefined : refused;
  }

  async function ask(): Promise<void> {
    admin ??= kafka.admin({ retry: { retries: 0 } });
    const asked = admin;
    const answer = asked.connect().then(() => asked.describeCluster());
    try {
      await within(ANSWER_WITHIN_MS, answer, () => new Error(`no answer within ${ANSWER_WITHIN_MS} ms`));
    } catch (error) {
      admin = undefined;
      // Not waited for: the library wants an answer to what it asked first.
      asked.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async function probe(): Promise<void> {
    for (let attempt = 0; !closing.signal.aborted; attempt++) {
      try {
        await ask();
        up();
        return watch();
      } catch (error) {
        const refused = await refusal(error);
        if (refused) {
          down(refused);
          throw refused;
        }
        down(error);
        await pause(backoffMs(attempt, 100, 5_000), closing.signal);
      }
    }
  }

  function watch(): void {
    clearTimeout(watching);
    if (closing.signal.aborted) return;
    watching = setTimeout(() => void lookAgain(), ASK_EVERY_MS);
    watching.unref();
  }

  async function lookAgain(): Promise<void> {
    // Somebody else has found them gone, and the probe is at it.
    if (probing) return;
    try {
      await ask();
      watch();
    } catch (error) {
      if (closing.signal.aborted) return;
      down(error);
      startProbe().catch(() => undefined);
    }
  }

  function startProbe(): Promise<void> {
    probing ??= probe().finally(() => (probing = undefined));
    return probing;
  }

  /** Who waits is told of a refusal; perhaps nobody does. */
  function probeAside(): void {
    startProbe().catch(() => undefined);
  }

  return {
    failed(error) {
      if (closing.signal.aborted || !(isConnectionError(error) || isEntryRefusal(error))) return;
      down(error);
      probeAside();
    },
    worked: () => void (wasUp = true),
    refusal,
    passes: (error) => isConnectionError(error) || isEntryRefusal(error),
    async whenReachable(signal) {
      if (state === 'up') return;
      const aborted = new Promise<void>((resolve) => {
        if (signal?.aborted === true) resolve();
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
      await Promise.race([startProbe(), aborted]);
    },
    async close() {
      closing.abort();
      clearTimeout(watching);
      await atMost(CLOSE_WITHIN_MS, Promise.all([probing, admin?.disconnect()]));
    },
  };
}
