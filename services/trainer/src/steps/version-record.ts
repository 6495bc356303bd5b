import { metricsSchema, type Metrics } from '@click-recall/contracts';
import type { ModelRecord } from '@click-recall/redis';
import type { Registry } from '@click-recall/registry';
import { z } from 'zod';
import { judgedSchema, type Verdict } from './gate.js';

/** A version's record and the gate's word, as its files say. */
export interface VersionOfFiles {
  /** Of the status that it has without an index. */
  readonly record: ModelRecord & { readonly metrics: Metrics };
  /** Absent in versions of before the gate's word was kept; they count as passed. */
  readonly verdict: Verdict | undefined;
}

export interface VersionFiles {
  readonly registry: Pick<Registry, 'readFile'>;
  readonly registryUrl: string;
}

const settingsSchema = z.looseObject({ start: z.looseObject({ from: z.string(), replaces: z.string().optional() }) });
const scoresSchema = z.object({ gate: judgedSchema.optional() });

/** Makes a version's record anew out of its files. Rejects where they cannot be read. */
export async function versionOfFiles(
  version: string,
  { registry, registryUrl }: VersionFiles,
): Promise<VersionOfFiles> {
  const json = async (file: string): Promise<unknown> =>
    JSON.parse(Buffer.from(await registry.readFile(version, file)).toString());
  const settings = settingsSchema.parse(await json('settings.json'));
  const scores = await json('metrics.json');
  const metrics = metricsSchema.parse(scores);
  const { gate: verdict } = scoresSchema.parse(scores);
  const { from, replaces } = settings.start;
  const record = {
    version,
    status: verdict?.passed === false ? ('rejected' as const) : ('written' as const),
    artifactUrl: addressOf(version, registryUrl),
    createdAt: timeOf(version),
    config: settings,
    metrics,
    ...(from === 'fresh' ? {} : { parent: from }),
    ...(replaces === undefined ? {} : { replaces }),
    ...(verdict?.passed === false ? { reason: `${verdict.code}: ${verdict.message}` } : {}),
  };
  return { record, verdict };
}

export function addressOf(version: string, registryUrl: string): string {
  return `${registryUrl.replace(/\/$/, '')}/${version}`;
}

/** `20261122T113000123Z-...`, or a ranker's id, in ms since the epoch. */
export function timeOf(version: string): number {
  const [, ...parts] = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(version) ?? [];
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, ms = 0] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}
