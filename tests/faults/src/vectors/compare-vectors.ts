import { spacesOf, type VersionedEncoder } from '@click-recall/encoding';
import { createActivationStore, createSequenceStore, createUserVectorStore } from '@click-recall/redis';
import { chooseIndex } from '@click-recall/vector-index';
import { mostOf } from '../replay/compare-state.js';
import { SMALL_KEEPS } from '../replay/open-state-check.js';
import type { FaultPipeline } from '../world/open-world.js';
import { dot, lengthOf } from './open-answer-check.js';

const SLICE = 200;
const TOLERANCE = 2e-3;

/**
 * Compares what the live version has of users with their sequences: a vector each, of the sequence's revision and equal to what the model
 * makes of it; in the index those who have one, and nobody else; all items of the model, and nothing being built.
 *
 * @returns one line a difference; none when all is right
 */
export async function compareVectors(
  { redis, namespace }: FaultPipeline,
  encoderOf: (version: string) => Promise<VersionedEncoder>,
): Promise<string[]> {
  const { activation, building } = await createActivationStore(redis, { namespace }).readWithBuilding();
  if (!activation) return ['no version is live'];
  const version = activation.encoder;
  const encoder = await encoderOf(version);
  const spaces = spacesOf(version, encoder.dim, activation.lift);
  const sequences = createSequenceStore(redis, {
    namespace,
    keep: SMALL_KEEPS.sequenceKeep,
    seenKeep: SMALL_KEEPS.seenKeep,
  });
  const userVectors = createUserVectorStore(redis, { namespace });
  const index = await chooseIndex(redis, { namespace });
  const differences = building.map((each) => `${each} is still being built`);

  const indexed = new Set<string>();
  for await (const slice of index.list(spaces.users)) for (const userId of slice) indexed.add(userId);
  for await (const userIds of sequences.listUsers(SLICE)) {
    const read = await sequences.read(userIds, encoder.sequenceLength);
    const [stored, entries] = [await userVectors.get(version, userIds), await index.vectors(spaces.users, userIds)];
    const expected = await encoder.encode(read.map(({ events }) => events.map(({ itemId }) => itemId)));
    read.forEach(({ userId, revision }, place) => {
      const own = stored[place];
      const wanted = expected[place] ?? new Float32Array(0);
      if (own?.revision !== revision) {
        differences.push(
          `the vector of ${userId} is of revision ${String(own?.revision)}, the sequence of ${revision}`,
        );
      } else if (!isNear(own.vector, wanted)) differences.push(`the vector of ${userId} is not that of the sequence`);
      if (wanted.length > 0 && !isNear(entries[place], wanted))
        differences.push(`the index has another vector of ${userId}`);
      if (wanted.length > 0) indexed.delete(userId);
    });
  }
  for (const userId of indexed) differences.push(`${userId} is in the index of users and has no vector`);
  const items = await index.count(spaces.items);
  if (items !== encoder.itemIds.length) differences.push(`the index has ${items} of ${encoder.itemIds.length} items`);
  return mostOf(differences);
}

function isNear(found: Float32Array | undefined, wanted: Float32Array): boolean {
  if (found?.length !== wanted.length) return false;
  const difference = found.map((value, place) => value - (wanted[place] ?? 0));
  return lengthOf(difference) <= TOLERANCE * Math.sqrt(dot(wanted, wanted));
}
