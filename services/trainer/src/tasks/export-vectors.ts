import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { JobData, JobResult } from '@click-recall/contracts';
import { JobFailedError } from '@click-recall/jobs';
import { sequenceBatch, writeNpz } from '@click-recall/model';
import { loadOrFail } from './evaluate.js';
import type { TaskContext } from './task-context.js';

const USERS_A_SLICE = 500;

/**
 * Writes every user's and every item's vector, with their ids, into one `.npz`: `user_ids`, `user_vectors` (U x D),
 * `item_ids`, `item_vectors` (N x D). Users without an item that the version knows are left out. The file is on this
 * machine; a relative name is taken from the working directory.
 */
export async function exportVectors(request: JobData<'export'>, context: TaskContext): Promise<JobResult<'export'>> {
  const { sequences, registry, activation, checkpoint, note } = context;
  const modelVersion = request.modelVersion ?? (await activation.read())?.encoder;
  if (modelVersion === undefined) throw new JobFailedError('unknown-model', 'no version is live: name one');
  const { encoder, itemIds } = await loadOrFail(registry, modelVersion);
  const indexOf = new Map(itemIds.map((itemId, place) => [itemId, place + 1]));
  const length = encoder.config.sequenceLength;

  const userIds: string[] = [];
  const parts: Float32Array[] = [];
  for await (const slice of sequences.listUsers(USERS_A_SLICE)) {
    await checkpoint();
    const known: number[][] = [];
    for (const { userId, events } of await sequences.read(slice)) {
      const items = events.map(({ itemId }) => indexOf.get(itemId) ?? 0).filter((item) => item > 0);
      if (items.length === 0) continue;
      userIds.push(userId);
      known.push(items.slice(-length));
    }
    if (known.length > 0) parts.push(encoder.encode(sequenceBatch(known)));
  }
  const users = new Float32Array(userIds.length * encoder.dim);
  let place = 0;
  for (const part of parts) {
    users.set(part, place);
    place += part.length;
  }

  const bytes = writeNpz({
    user_ids: { data: userIds, shape: [userIds.length] },
    user_vectors: { data: users, shape: [userIds.length, encoder.dim] },
    item_ids: { data: itemIds, shape: [itemIds.length] },
    // Row 0 is the padding.
    item_vectors: { data: encoder.itemVectors().subarray(encoder.dim), shape: [itemIds.length, encoder.dim] },
  });
  encoder.dispose();
  const file = resolve(request.file);
  await writeWhole(file, bytes);
  note(`wrote ${userIds.length} users and ${itemIds.length} items of ${modelVersion} to ${file}`);
  return { modelVersion, file, users: userIds.length, items: itemIds.length };
}

/** A reader sees the former file or the new one, never a part. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const aside = `${file}.${randomBytes(4).toString('hex')}.part`;
  try {
    await writeFile(aside, bytes);
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}
