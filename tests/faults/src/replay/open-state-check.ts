import { topicName } from '@click-recall/contracts';
import { eventually } from '@click-recall/testing';
import type { RowRun } from '../row.js';
import type { FaultService } from '../world/fault-service.js';
import type { FaultPipeline } from '../world/open-world.js';
import { compareState, mostOf } from './compare-state.js';
import { createExpectedState, type Keeps } from './expected-state.js';
import { openLogReader } from './log-reader.js';
import { unapplied } from './unapplied.js';
import { createUpdateLog } from './update-log.js';

/** Says whether the state in Redis is what a single-threaded replay of the log gives. */
export interface StateCheck {
  /**
   * Waits until ingest has applied all that is in the log now, then compares; also whether `sequence-updates` has told of it. What still
   * differs after the deadline is a violation each, with `when` in front. Call it while nothing is published.
   *
   * @param options.acknowledged so many clicks at least must have come to the log since the last call
   */
  equalsReplay(when: string, options?: { readonly deadlineMs?: number; readonly acknowledged?: number }): Promise<void>;
}

/** Small, so that the ends of sequences and seen sets are reached within seconds. */
export const SMALL_KEEPS: Keeps = { sequenceKeep: 40, seenKeep: 60 };

/** The settings of ingest that go with {@link SMALL_KEEPS}. */
export const SMALL_KEEPS_ENV = {
  SEQUENCE_KEEP: String(SMALL_KEEPS.sequenceKeep),
  SEEN_KEEP: String(SMALL_KEEPS.seenKeep),
};

const CAUGHT_UP_WITHIN_MS = 90_000;

export async function openStateCheck(
  { client, admin, redis, namespace, services }: FaultPipeline,
  { violation, defer }: Pick<RowRun, 'violation' | 'defer'>,
  keeps: Keeps = SMALL_KEEPS,
): Promise<StateCheck> {
  const expected = createExpectedState(keeps);
  const clicks = topicName('clicks', namespace);
  const items = topicName('items', namespace);
  const clickReader = await openLogReader({
    client,
    admin,
    topic: clicks,
    gapless: true,
    onMessage: (message, partition) => expected.applyClick(message, clicks, partition),
    defer,
  });
  const itemReader = await openLogReader({
    client,
    admin,
    topic: items,
    onMessage: (message) => expected.applyItem(message),
    defer,
  });
  let counted = 0;
  const updates = createUpdateLog();
  const updateReader = await openLogReader({
    client,
    admin,
    topic: topicName('sequence-updates', namespace),
    onMessage: (message) => updates.add(message),
    defer,
  });

  /** What is missing, in words; empty when there is nothing. */
  async function differences(): Promise<string[]> {
    const behind = await unapplied({ admin, redis, namespace });
    if (behind.length > 0) return behind;
    const different = await compareState(redis, namespace, expected);
    if (different.length > 0) return different;
    await updateReader.toEnd();
    return mostOf(await updates.differences(redis, namespace, [...expected.userIds()]));
  }

  /** Often the cause of a difference. */
  const crashes = (): Promise<string[]> => lastWords(services.filter((each) => !each.isRunning()));

  return {
    async equalsReplay(when, { deadlineMs = CAUGHT_UP_WITHIN_MS, acknowledged = 0 } = {}) {
      await clickReader.toEnd();
      await itemReader.toEnd();
      const fresh = clickReader.count() - counted;
      counted += fresh;
      if (fresh < acknowledged)
        violation(`${when}: the log has ${fresh} new clicks, and Kafka has acknowledged ${acknowledged}`);
      let last: string[] = ['nothing could be compared'];
      const look = async (): Promise<boolean> => (last = await differences()).length === 0;
      await eventually(look, { deadlineMs, everyMs: 100 }).catch(async () => {
        for (const difference of [...last, ...(await crashes())]) violation(`${when}: ${difference}`);
      });
    },
  };
}

/** What services that have ended by themselves said last. */
export async function lastWords(services: readonly FaultService[]): Promise<string[]> {
  const logs = await Promise.all(services.map((each) => each.log()));
  return logs
    .flat()
    .flatMap(({ level, service, msg }) => (level === 'fatal' ? [`${String(service)}: ${String(msg)}`] : []));
}
