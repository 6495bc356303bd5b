import { atMost, backoffMs, isRetriable, messageOf } from '@click-recall/runtime';
import kafkajs, { type EachBatchPayload, type Kafka } from 'kafkajs';
import { createCommits } from './commits.js';
import {
  isConnectionError,
  isHalfOpen,
  isKafkajsError,
  isRebalance,
  isRetriableKafkaError,
  rootMessage,
} from './kafka-errors.js';
import type { KafkaLogger } from './kafka-logger.js';
import type { ConsumedBatch, TopicPartition } from './message.js';
import { pause } from './pause.js';
import type { Reachability } from './reachability.js';
import { monotonicInterval } from './monotonic-interval.js';
import { isUnframed, toConsumedBatch } from './to-consumed-batch.js';

export interface BatchControl {
  /**
   * True when the rest of the batch is better not done: a seek is pending, the group rebalances, or the subscriber stops. A handler that
   * was told so is expected to return early: its batch is not committed and comes again.
   */
  isStale(): boolean;
  /** The partition goes on at this offset (decimal); this batch is not committed. */
  seek(offset: string): void;
  /** Aborted when the subscriber stops. */
  readonly signal: AbortSignal;
}

export interface SubscriberOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Where a partition starts of which the group has no committed offset: at the oldest message, or at the end. */
  readonly fromBeginning: boolean;
  /** Partitions handled at the same time; those of one partition always one after another. Default 1. */
  readonly concurrency?: number;
  /** How long the broker may hold a fetch without data, ms; data is answered at once. Default 500. */
  readonly maxWaitMs?: number;
  /** Default 1 MiB. */
  readonly maxBytesPerPartition?: number;
  /** How often offsets are committed in the background, ms; also at stop and before a rebalance. Default 250. */
  readonly commitEveryMs?: number;
  /**
   * Handles one batch; its offsets are committed some time after it returns, so its writes must be acknowledged by then, and it must
   * bear to see a batch again. The group is kept alive meanwhile. An error that `isRetriable` backs off and tries the same batch
   * again; any other ends in `onCrash`.
   */
  readonly handleBatch: (batch: ConsumedBatch, control: BatchControl) => Promise<void>;
  /**
   * Asked for every assigned partition before its first batch: the offset to start at, or undefined for the group's own. For
   * consumers whose state lives in another store and says itself how far it has got. Tried again while it fails retriably.
   */
  readonly resumeFrom?: (partition: TopicPartition) => Promise<string | undefined>;
  readonly onAssigned?: (partitions: readonly TopicPartition[]) => void;
  readonly onRevoked?: (partitions: readonly TopicPartition[]) => void;
  /** Messages still to read of a partition, after each batch. */
  readonly onLag?: (partition: TopicPartition, lag: number) => void;
  /** The subscriber has ended by an error that retrying does not mend: the process should end too. */
  readonly onCrash: (error: Error) => void;
}

export interface Subscriber {
  /**
   * Joins the group and returns; while the brokers cannot be reached it keeps trying.
   *
   * @throws KafkaRefused when they do not let us in; what is refused later ends in `onCrash`
   */
  start(): Promise<void>;
  /** Finishes the batch at work, commits, leaves the group; within seconds, whoever is away. */
  stop(): Promise<void>;
  /** Fetches nothing more until `resume`; stays in the group. */
  pause(): void;
  resume(): void;
  /** From outside a batch: the partition goes on at this offset, if it is assigned. */
  seek(partition: TopicPartition, offset: string): void;
  assigned(): readonly TopicPartition[];
}

export interface SubscriberParts {
  readonly kafka: Kafka;
  readonly reachability: Reachability;
  readonly logger: KafkaLogger;
  readonly options: SubscriberOptions;
}

/** A member that died without a word is missed after this long, and its partitions go to the others. */
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 2_000;
/** Shorter than the timer of a batch, which would find its heartbeat not yet due. */
const BETWEEN_HEARTBEATS_MS = 1_000;
/** A partition that cannot be read on is asked for again after this long. */
const STANDS_STILL_MS = 5_000;
/** Longest stop: together half of the time that a service has for its end. */
const STOP_WITHIN_MS = { batch: 3_000, commit: 1_000, leave: 2_000 };

export function createSubscriber({ kafka, reachability, logger, options }: SubscriberParts): Subscriber {
  const { groupId, topics, concurrency = 1 } = options;
  const what = `read ${topics.join(', ')} as the group ${groupId}`;
  const consumer = kafka.consumer({
    groupId,
    minBytes: 1,
    maxWaitTimeInMs: options.maxWaitMs ?? 500,
    maxBytesPerPartition: options.maxBytesPerPartition ?? 1024 * 1024,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: monotonicInterval(BETWEEN_HEARTBEATS_MS),
    rebalanceTimeout: 30_000,
    allowAutoTopicCreation: false,
    retry: {
      retries: 5,
      initialRetryTime: 100,
      maxRetryTime: 2_000,
      restartOnFailure: async () => !stopping.signal.aborted,
    },
  });
  const commits = createCommits({ everyMs: options.commitEveryMs ?? 250, logger });
  const stopping = new AbortController();
  let assigned: TopicPartition[] = [];
  /** By partition: settled once it is known where the partition starts. Anew with each assignment. */
  let starts = new Map<string, Promise<void>>();
  let paused = false;
  let running = false;
  let stopped: Promise<void> | undefined;
  /** What ended a batch for good; kafkajs hands its own wrapping of it to the crash listener. */
  let fatal: unknown;
  let interrupted = false;
  /** Partitions that stand still, told of once. */
  const still = new Set<string>();
  const atWork = new Set<Promise<void>>();

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    reachability.worked();
    const before = assigned;
    const now = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    assigned = now;
    commits.keepOnly(now);
    const generation = new Map<string, Promise<void>>();
    starts = generation;
    for (const each of now) generation.set(keyOf(each), findStart(each, generation));
    const gone = before.filter((each) => !generation.has(keyOf(each)));
    if (gone.length > 0) options.onRevoked?.(gone);
    options.onAssigned?.(now);
    if (paused) consumer.pause(topics.map((topic) => ({ topic })));
    logger.info({ groupId, partitions: now.map(keyOf) }, `${groupId} reads ${now.length} partitions`);
  });

  // The old assignment still stands for a moment: offsets committed now save others the work of doing it again.
  consumer.on(consumer.events.REBALANCING, () => void commits.flush());

  // Nothing but markers of transactions: the library steps over them without asking us, and the lag would never be 0.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize === 0) commits.add(payload, BigInt(payload.lastOffset) + 1n);
  });

  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (stopping.signal.aborted) return;
    reachability.failed(error);
    afterCrash(error, restart).catch(options.onCrash);
  });

  async function afterCrash(error: Error, restart: boolean): Promise<void> {
    if (fatal instanceof Error) return options.onCrash(fatal);
    const refused = await reachability.refusal(error, what);
    if (stopping.signal.aborted) return;
    if (refused) return options.onCrash(refused);
    if (restart) return sayInterrupted(error);
    // The library gives up on some errors of a broker that is away or still starting ("no coordinator"); we do not.
    if (fatal === undefined && (isRetriableKafkaError(error) || reachability.passes(error))) await start();
    else options.onCrash(error);
  }

  /** The library begins anew, which mends most things; what it does not mend must not go on in silence. Said once until a batch is read. */
  function sayInterrupted(error: unknown): void {
    if (interrupted || isConnectionError(error) || isRebalance(error)) return;
    interrupted = true;
    logger.warn({ groupId }, `${groupId} cannot read on: ${rootMessage(error)}; trying again`);
  }

  async function findStart(partition: TopicPartition, generation: ReadonlyMap<string, unknown>): Promise<void> {
    if (!options.resumeFrom) return;
    for (let attempt = 0; !stopping.signal.aborted && starts === generation; attempt++) {
      try {
        const offset = await options.resumeFrom(partition);
        if (offset !== undefined && starts === generation) consumer.seek({ ...partition, offset });
        return;
      } catch (error) {
        if (!isRetriable(error)) throw error;
        if (attempt === 0)
          logger.warn({ ...partition }, `${keyOf(partition)} waits for its place to start: ${messageOf(error)}`);
        await pause(backoffMs(attempt, 100, 5_000), stopping.signal);
      }
    }
  }

  async function onBatch(payload: EachBatchPayload): Promise<void> {
    interrupted = false;
    commits.use((offsets) => payload.commitOffsetsIfNecessary(offsets));
    const work = handle(payload);
    const done = work.then(
      () => undefined,
      () => undefined,
    );
    atWork.add(done);
    try {
      await work;
    } catch (error) {
      if (isKafkajsError(error)) throw error;
      fatal = error;
      throw new kafkajs.KafkaJSNonRetriableError(error instanceof Error ? error : String(error));
    } finally {
      atWork.delete(done);
    }
  }

  /** Somebody has to mend the log of the partition; the others go on meanwhile. */
  function standStill(payload: EachBatchPayload, partition: TopicPartition): void {
    const key = keyOf(partition);
    if (!still.has(key))
      logger.error({ ...partition }, `${key} stands still: its log holds bytes that are no record batch; trying again`);
    still.add(key);
    // Pausing a partition would start the others of its topic, and resuming it itself.
    if (paused) return;
    const goOn = payload.pause();
    setTimeout(() => !paused && goOn(), STANDS_STILL_MS).unref();
  }

  async function handle(payload: EachBatchPayload): Promise<void> {
    const partition = { topic: payload.batch.topic, partition: payload.batch.partition };
    if (isUnframed(payload.batch)) return standStill(payload, partition);
    still.delete(keyOf(partition));
    const heartbeats = keepAlive(payload);
    let sought = false;
    let toldStale = false;
    const isStale = (): boolean =>
      sought || payload.isStale() || !payload.isRunning() || stopping.signal.aborted || heartbeats.failed();
    const control: BatchControl = {
      signal: stopping.signal,
      isStale: () => (toldStale ||= isStale()),
      seek(offset) {
        sought = true;
        consumer.seek({ ...partition, offset });
      },
    };
    try {
      await starts.get(keyOf(partition));
      if (!isStale() && (await handleUntilDone(payload, partition, control)) && !toldStale) {
        const next = BigInt(payload.batch.lastOffset()) + 1n;
        payload.resolveOffset(payload.batch.lastOffset());
        commits.add(partition, next);
        options.onLag?.(partition, Math.max(0, Number(BigInt(payload.batch.highWatermark) - next)));
      }
    } finally {
      heartbeats.stop();
    }
    heartbeats.throwIfFailed();
  }

  /** Resolves to whether the batch is done with: not after a seek, nor when it was given up because the subscriber stops. */
  async function handleUntilDone(
    payload: EachBatchPayload,
    partition: TopicPartition,
    control: BatchControl,
  ): Promise<boolean> {
    const batch = toConsumedBatch(payload.batch);
    for (let attempt = 0; ; attempt++) {
      try {
        await options.handleBatch(batch, control);
        return !payload.isStale();
      } catch (error) {
        if (!isRetriable(error)) throw error;
        if (attempt === 0)
          logger.warn({ ...partition }, `${keyOf(partition)} is held up: ${messageOf(error)}; trying again`);
        await pause(backoffMs(attempt, 100, 5_000), control.signal);
        if (control.isStale()) return false;
      }
    }
  }

  async function connectUntilDone(): Promise<void> {
    for (let attempt = 0; !stopping.signal.aborted; attempt++) {
      try {
        await consumer.connect();
        await consumer.subscribe({ topics: [...topics], fromBeginning: options.fromBeginning });
        return;
      } catch (error) {
        const refused = await reachability.refusal(error, what);
        if (refused) throw refused;
        if (!isRetriableKafkaError(error) && !reachability.passes(error)) throw error;
        reachability.failed(error);
        if (attempt === 0) logger.debug({ groupId }, `${groupId} cannot subscribe yet: ${rootMessage(error)}`);
        if (isHalfOpen(error)) await atMost(STOP_WITHIN_MS.leave, consumer.disconnect());
        await pause(backoffMs(attempt, 100, 5_000), stopping.signal);
        await reachability.whenReachable(stopping.signal);
      }
    }
  }

  async function start(): Promise<void> {
    await connectUntilDone();
    if (stopping.signal.aborted) return;
    running = true;
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: onBatch,
    });
  }

  async function stop(): Promise<void> {
    stopping.abort();
    // A batch that waits for a server which is away is left; it comes again, to whoever reads next.
    await atMost(STOP_WITHIN_MS.batch, Promise.all(atWork));
    await atMost(STOP_WITHIN_MS.commit, commits.close());
    await atMost(STOP_WITHIN_MS.leave, consumer.disconnect());
  }

  return {
    start,
    stop: () => (stopped ??= stop()),
    pause() {
      paused = true;
      if (running) consumer.pause(topics.map((topic) => ({ topic })));
    },
    resume() {
      paused = false;
      if (running) consumer.resume(topics.map((topic) => ({ topic })));
    },
    seek(partition, offset) {
      if (running && assigned.some((each) => keyOf(each) === keyOf(partition))) consumer.seek({ ...partition, offset });
    },
    assigned: () => assigned,
  };
}

/** Heartbeats while a batch is worked on; a rebalance that one of them tells of is thrown when the work is done. */
function keepAlive(payload: EachBatchPayload): { failed(): boolean; throwIfFailed(): void; stop(): void } {
  let failure: { error: unknown } | undefined;
  const timer = setInterval(() => {
    payload.heartbeat().catch((error: unknown) => (failure ??= { error }));
  }, HEARTBEAT_MS);
  return {
    failed: () => failure !== undefined && isRebalance(failure.error),
    throwIfFailed() {
      if (failure) throw failure.error;
    },
    stop: () => clearInterval(timer),
  };
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}[${partition}]`;
}
