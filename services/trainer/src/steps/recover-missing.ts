import type { Registry } from '@click-recall/registry';
import { isRetriable, messageOf } from '@click-recall/runtime';

export interface RecoverRequest {
  readonly registry: Pick<Registry, 'list' | 'readFile' | 'writtenAt'>;
  readonly registryUrl: string;
  /** ms since the epoch. */
  readonly now: number;
  /** A version that cannot be read, told each time. */
  readonly onUnreadable: (version: string, reason: string) => void;
}

/** Records of one kind: of models, or of rankers. */
export interface Recoverable<R> {
  /** Whether a version of the registry is of this kind. */
  readonly isOne: (version: string) => boolean;
  readonly records: {
    list(): Promise<readonly { readonly version: string }[]>;
    get(version: string): Promise<R | undefined>;
    save(record: R): Promise<void>;
    enlist(record: R): Promise<void>;
  };
  /** Made of the files. Rejects where they cannot be read. */
  readonly recordOf: (version: string) => Promise<R>;
}

/** Files are written before their record, so young ones without a record are just being made. */
const YOUNG_MS = 60_000;

/** Makes anew the records of versions whose files are there. Answers the versions, oldest first. */
export async function recoverMissing<R>(
  { registry, now, onUnreadable }: RecoverRequest,
  { isOne, records, recordOf }: Recoverable<R>,
): Promise<string[]> {
  const stored = (await registry.list()).filter(isOne);
  const known = new Set((await records.list()).map(({ version }) => version));
  const recovered: string[] = [];
  for (const version of stored.filter((each) => !known.has(each))) {
    try {
      if (now - (await registry.writtenAt(version)) < YOUNG_MS) continue;
      const record = await recordOf(version);
      // Another trainer may have been quicker, and the version have an index by now; or only its name was lost.
      const kept = await records.get(version);
      if (kept) {
        await records.enlist(kept);
        continue;
      }
      await records.save(record);
      recovered.push(version);
    } catch (error) {
      // Of Redis, and no fault of the version.
      if (isRetriable(error)) throw error;
      onUnreadable(version, messageOf(error));
    }
  }
  return recovered;
}
