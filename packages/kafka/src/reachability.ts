import { backoffMs } from '@click-recall/runtime';
import type { Kafka } from 'kafkajs';
import { isConnectionError, rootMessage } from './kafka-errors.js';
import type { KafkaLogger } from './kafka-logger.js';
import { pause } from './pause.js';

/** Whether the brokers answer, known in one place for all that one client opened. */
export interface Reachability {
  /** Somebody's request failed: when that was the connection, the state is "down" until a probe gets an answer. */
  failed(error: unknown): void;
  /** Resolves once the brokers have answered (since the last failure), or the signal is aborted. */
  whenReachable(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface ReachabilityOptions {
  readonly kafka: Kafka;
  readonly address: string;
  readonly logger: KafkaLogger;
  onReachable?: OnReachable | undefined;
}

/** `reason` (with the address, without secrets) when they do not answer. */
export type OnReachable = (reachable: boolean, reason?: string) => void;

/**
 * Says once that Kafka is gone and once that it is back; in between one probe asks, whoever waits. Reports of failure only ever
 * take the state down and only the probe takes it up, so an idle publisher cannot keep a service "not ready".
 */
export function createReachability(options: ReachabilityOptions): Reachability {
  const { kafka, address, logger } = options;
  const closing = new AbortController();
  let state: 'unknown' | 'up' | 'down' = 'unknown';
  let probing: Promise<void> | undefined;

  function down(error: unknown): void {
    if (state === 'down') return;
    state = 'down';
    const reason = `Kafka at ${address} cannot be reached (${rootMessage(error)}); trying again until it answers`;
    // Said once: whoever is told here tells it.
    if (options.onReachable) options.onReachable(false, reason);
    else logger.warn({ kafka: address }, reason);
  }

  function up(): void {
    if (options.onReachable) options.onReachable(true);
    else if (state === 'down') logger.info({ kafka: address }, `Kafka at ${address} answers again`);
    state = 'up';
  }

  async function ask(): Promise<void> {
    const admin = kafka.admin({ retry: { retries: 0 } });
    try {
      await admin.connect();
      await admin.describeCluster();
    } finally {
      // What failed to connect may fail to disconnect; the answer that counts is the one above.
      await admin.disconnect().catch(() => undefined);
    }
  }

  async function probe(): Promise<void> {
    for (let attempt = 0; !closing.signal.aborted; attempt++) {
      try {
        await ask();
        return up();
      } catch (error) {
        // Wrong credentials and the like do not mend themselves, but whoever asks for the service is told by `whenReachable` waiting
        // and by this line; ending the process is for those who own it.
        down(error);
        await pause(backoffMs(attempt, 100, 5_000), closing.signal);
      }
    }
  }

  function startProbe(): Promise<void> {
    probing ??= probe().finally(() => (probing = undefined));
    return probing;
  }

  return {
    failed(error) {
      if (!isConnectionError(error) || closing.signal.aborted) return;
      down(error);
      void startProbe();
    },
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
      await probing;
    },
  };
}
