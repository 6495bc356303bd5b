import { topicName } from '@click-recall/contracts';
import { letterId, readDeadLetter, readTopic, type ReadLetter } from '@click-recall/kafka';
import type { FaultPipeline } from '../world/open-world.js';

/** The letters of a pipeline by their origin, and how many messages they were written in. */
export async function readLetters({
  client,
  namespace,
}: Pick<FaultPipeline, 'client' | 'namespace'>): Promise<{ letters: Map<string, ReadLetter>; written: number }> {
  const letters = new Map<string, ReadLetter>();
  let written = 0;
  await readTopic(client, {
    topic: topicName('dead-letters', namespace),
    groupPrefix: `${namespace}.letters`,
    onBatch({ messages }) {
      for (const message of messages) {
        const read = readDeadLetter(message);
        if (!read.ok) throw new Error(`a message on dead-letters is no letter: ${read.why}`);
        if (read.letter.replayedTo !== undefined) continue;
        written += 1;
        letters.set(letterId(read.letter), read.letter);
      }
    },
  });
  return { letters, written };
}
