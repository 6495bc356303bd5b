import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '@click-recall/datasets';
import type { ExperimentKind } from '../experiment-kind.js';
import type { Protocol } from '../protocol/protocol.js';
import type { BaselineResult } from './child-protocol.js';
import { writeAtomically } from './write-atomically.js';

/** Raised when baselines are computed otherwise: earlier results are not read any more. */
const BASELINES_VERSION = 2;

/** Measures the baselines of a kind's task in this process, or reads what was measured before on the same data. */
export async function measureBaselines(
  kind: ExperimentKind,
  data: Dataset,
  protocol: Protocol,
  folder: string,
  signal: AbortSignal,
): Promise<BaselineResult> {
  const parts = [BASELINES_VERSION, kind.task, protocol, data.fingerprint];
  const identity = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  const file = join(folder, `${data.name.replaceAll(/[^\w.-]/g, '_')}-${identity}.json`);
  const known = await readFile(file, 'utf8').catch(() => undefined);
  // Named after its identity and written by this very version.
  if (known !== undefined) return JSON.parse(known) as BaselineResult;
  const result: BaselineResult = {
    fingerprint: data.fingerprint,
    counts: {
      users: data.userIds.length,
      items: data.itemIds.length,
      interactions: data.interactions.items.length,
    },
    baselines: (await kind.baselines?.({ protocol, data, signal })) ?? [],
  };
  await mkdir(folder, { recursive: true });
  await writeAtomically(file, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
}
