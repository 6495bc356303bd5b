import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createModelStore, createRankerStore, createRecordClient } from '@click-recall/redis';
import { createRegistry } from '@click-recall/registry';
import { messageOf } from '@click-recall/runtime';
import { eventually } from '@click-recall/testing';
import type { RowRun } from '../row.js';
import type { FaultPipeline } from '../world/open-world.js';

/** Looks at what trainings have left: files, records, and what is half written. */
export interface VersionCheck {
  /** Models and rankers that have files. */
  stored(): Promise<readonly string[]>;
  /** Every stored version is whole and has a record, every record that names files has them, and nothing half written is left: a violation each otherwise. */
  allWhole(when: string): Promise<void>;
}

/** The trainer looks for what is left behind every ten seconds. */
const TIDY_WITHIN_MS = 60_000;

export function openVersionCheck(
  { namespace, redis, env, logger }: FaultPipeline,
  { violation, defer }: Pick<RowRun, 'violation' | 'defer'>,
): VersionCheck {
  const registryUrl = env['REGISTRY_URL'] ?? '';
  const registry = createRegistry(registryUrl);
  const records = createRecordClient({ url: env['REDIS_URL'] ?? '', cluster: env['REDIS_CLUSTER'] === 'true', logger });
  defer(() => records.close());
  const models = createModelStore(records, redis, { namespace });
  const rankers = createRankerStore(records, redis, { namespace });
  /** Those whose record names files: of old rankers only the records are kept. */
  const known = async (): Promise<string[]> =>
    [...(await models.list()), ...(await rankers.list())]
      .filter(({ artifactUrl }) => artifactUrl !== '')
      .map(({ version }) => version)
      .sort();

  return {
    stored: () => registry.list(),
    async allWhole(when) {
      for (const version of await registry.list()) {
        await registry.read(version).catch((error: unknown) => violation(`${when}: ${messageOf(error)}`));
      }
      const [files, recorded] = [await registry.list(), await known()];
      if (files.join() !== recorded.join())
        violation(`${when}: files of ${files.join(', ')}, records of ${recorded.join(', ')}`);
      const left = async (): Promise<string[]> =>
        (await readdir(fileURLToPath(registryUrl))).filter((name) => name.startsWith('.'));
      await eventually(async () => (await left()).length === 0, { deadlineMs: TIDY_WITHIN_MS, everyMs: 250 }).catch(
        async () => violation(`${when}: ${(await left()).join(', ')} is left in the registry`),
      );
    },
  };
}
