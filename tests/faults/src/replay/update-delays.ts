import { parseMessage, sequenceUpdateSchema, topicName } from '@click-recall/contracts';
import type { RowRun } from '../row.js';
import type { FaultPipeline } from '../world/open-world.js';
import { openLogReader } from './log-reader.js';

/** How long clicks take until `sequence-updates` tells of them, both by the broker's clock, ms. */
export interface UpdateDelays {
  /** Reads what is there; the delays of all but `userId`, ascending. An update that is told again counts when it was told first. */
  ofOthersThan(userId: string): Promise<number[]>;
}

export async function openUpdateDelays(
  { client, admin, namespace }: FaultPipeline,
  { defer }: Pick<RowRun, 'defer'>,
): Promise<UpdateDelays> {
  const delays: { userId: string; ms: number }[] = [];
  const told = new Set<string>();
  const reader = await openLogReader({
    client,
    admin,
    topic: topicName('sequence-updates', namespace),
    onMessage({ value, appendTimeMs }) {
      const parsed = parseMessage(sequenceUpdateSchema, value);
      if (!parsed.ok) return;
      const { userId, revision, cause } = parsed.value;
      if (told.has(`${revision} ${userId}`)) return;
      told.add(`${revision} ${userId}`);
      delays.push({ userId, ms: appendTimeMs - cause.appendedAt });
    },
    defer,
  });
  return {
    async ofOthersThan(userId) {
      await reader.toEnd();
      return delays
        .filter((each) => each.userId !== userId)
        .map(({ ms }) => ms)
        .sort((a, b) => a - b);
    },
  };
}
