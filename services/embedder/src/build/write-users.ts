import type { SequenceStore, UserVectorStore } from '@click-recall/redis';
import { followUsers, type FollowUsersDeps } from '../follow-users.js';
import type { OpenVersion } from '../open-versions.js';
import { writeUserVectors } from '../write-user-vectors.js';

const SLICE = 1_024;

export interface WriteUsersDeps {
  readonly sequences: Pick<SequenceStore, 'listUsers' | 'countUsers' | 'revisions' | 'read'>;
  readonly userVectors: Pick<UserVectorStore, 'put' | 'get' | 'revisions'>;
  readonly index: FollowUsersDeps['index'];
}

export interface WriteUsersOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => Promise<void>;
}

/** Encodes every user whose vector of this version is missing or older than the sequence. */
export async function writeUsers(
  deps: WriteUsersDeps,
  version: OpenVersion,
  { signal, onProgress }: WriteUsersOptions,
): Promise<{ users: number; written: number; clamped: number }> {
  const { sequences, userVectors } = deps;
  const total = await sequences.countUsers();
  let users = 0;
  let written = 0;
  let clamped = 0;
  for await (const slice of sequences.listUsers(SLICE)) {
    signal.throwIfAborted();
    const [current, stored] = await Promise.all([
      sequences.revisions(slice),
      userVectors.revisions(version.version, slice),
    ]);
    const pending = slice.filter((_, place) => (stored[place] ?? -1) < current[place]!);
    if (pending.length > 0) {
      const read = await sequences.read(pending, version.encoder.sequenceLength);
      const fresh = await writeUserVectors(userVectors, version, read);
      written += fresh.length;
      clamped += (await followUsers(deps, version, pending, fresh)).clamped;
    }
    users += slice.length;
    await onProgress(users, Math.max(users, total));
  }
  return { users, written, clamped };
}
