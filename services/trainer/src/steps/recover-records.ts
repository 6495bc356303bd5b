import { metricsSchema } from '@click-recall/contracts';
import type { ModelRecord, ModelStore } from '@click-recall/redis';
import { isRankerId, newVersionId, type Registry } from '@click-recall/registry';
import { messageOf } from '@click-recall/runtime';
import { z } from 'zod';

export interface RecoverRequest {
  readonly registry: Pick<Registry, 'list' | 'readFile'>;
  readonly registryUrl: string;
  readonly models: Pick<ModelStore, 'list' | 'get' | 'save'>;
  readonly now: number;
  /** A version that cannot be read, told each time. */
  readonly onUnreadable: (version: string, reason: string) => void;
}

/** A version is written before its record, so a young one without a record is just being made. */
export const YOUNG_MS = 60_000;

const settingsSchema = z.looseObject({ start: z.looseObject({ from: z.string() }) });
/** Versions of before the gate's word was kept count as passed. */
const gateSchema = z.object({
  gate: z.object({ passed: z.boolean(), code: z.string().optional(), message: z.string() }).optional(),
});

/**
 * Makes anew the records of versions whose files are there: a Redis that came back empty has lost them, and without a record
 * a version can neither be rolled back to nor compared with, and is removed. Answers the versions, oldest first.
 */
export async function recoverRecords(request: RecoverRequest): Promise<string[]> {
  const { registry, models, now, onUnreadable } = request;
  const grown = newVersionId(now - YOUNG_MS);
  const stored = (await registry.list()).filter((version) => !isRankerId(version) && version < grown);
  const known = new Set((await models.list()).map(({ version }) => version));
  const recovered: string[] = [];
  for (const version of stored.filter((each) => !known.has(each))) {
    try {
      const record = await recordOf(version, request);
      // Another trainer may have been quicker, and the version have an index by now.
      if (await models.get(version)) continue;
      await models.save(record);
      recovered.push(version);
    } catch (error) {
      onUnreadable(version, messageOf(error));
    }
  }
  return recovered;
}

async function recordOf(version: string, { registry, registryUrl }: RecoverRequest): Promise<ModelRecord> {
  const json = async (file: string): Promise<unknown> =>
    JSON.parse(Buffer.from(await registry.readFile(version, file)).toString());
  const settings = settingsSchema.parse(await json('settings.json'));
  const scores = await json('metrics.json');
  const metrics = metricsSchema.parse(scores);
  const { gate } = gateSchema.parse(scores);
  const { from } = settings.start;
  return {
    version,
    // Its index went with the record.
    status: gate?.passed === false ? 'rejected' : 'retired',
    artifactUrl: `${registryUrl.replace(/\/$/, '')}/${version}`,
    createdAt: timeOf(version),
    config: settings,
    metrics,
    ...(from === 'fresh' ? {} : { parent: from }),
    ...(gate?.passed === false ? { reason: `${gate.code ?? 'rejected'}: ${gate.message}` } : {}),
  };
}

/** `20261122T113000123Z-...`, or a ranker's id, in ms since the epoch. */
export function timeOf(version: string): number {
  const [, ...parts] = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(version) ?? [];
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, ms = 0] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}
