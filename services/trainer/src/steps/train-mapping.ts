import type { ColdStartMetrics } from '@click-recall/contracts';
import {
  sequenceAt,
  sequenceBatch,
  sequenceCount,
  serializeColdStart,
  trainColdStart,
  type ColdStartConfig,
  type ItemText,
  type ModelFiles,
  type SequenceBatch,
  type SequenceEncoder,
} from '@click-recall/model';
import { messageOf } from '@click-recall/runtime';
import { CancelledError, type TaskContext } from '../tasks/task-context.js';
import { betweenSteps } from './between-steps.js';
import type { Snapshot } from './take-snapshot.js';

export interface MappingRequest extends Pick<TaskContext, 'items' | 'checkpoint' | 'note'> {
  /** Trained; not changed. */
  readonly encoder: SequenceEncoder;
  readonly snapshot: Pick<Snapshot, 'itemIds' | 'sequences'>;
  readonly config: ColdStartConfig;
}

/** What a version has that can give vectors to items which nobody has clicked. */
export interface TrainedMapping {
  readonly files: ModelFiles;
  readonly metrics: ColdStartMetrics;
}

const ITEMS_A_READ = 1_000;

/**
 * Trains the part of a version that gives vectors to new items, on the clicks of the snapshot and what is known of its items. Undefined,
 * saying why, where too little is known of them, where items kept from it are shown to those who click them no more than to others, and
 * where it fails: a version is whole without it. Throws only a CancelledError.
 */
export async function trainMapping(request: MappingRequest): Promise<TrainedMapping | undefined> {
  const { note } = request;
  try {
    return await train(request);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    note(`new items get no vectors: ${messageOf(error)}`, 'warn');
    return undefined;
  }
}

async function train(request: MappingRequest): Promise<TrainedMapping | undefined> {
  const { encoder, snapshot, config, checkpoint, note } = request;
  const items = await describeItems(request);
  const result = await trainColdStart({
    encoder,
    sequences: sampleUsers(snapshot.sequences, config.clicks),
    items,
    config,
    beforeStep: betweenSteps(checkpoint),
  });
  if (result.status === 'cancelled') throw new CancelledError();
  if (result.status === 'skipped') {
    note(`new items get no vectors: ${result.reason}`);
    return undefined;
  }
  const { metrics } = result.coldStart;
  const { recall100, others100, popularity100, encoder100 } = metrics;
  const told =
    `items known by their descriptions alone are among the first 100 of ${percent(recall100)} of those who click them and of ` +
    `${percent(others100)} of others (by popularity ${percent(popularity100)}, once clicked and learned ${percent(encoder100)}; ` +
    `${metrics.clicks} clicks on ${metrics.items} items)`;
  // What is not a number is no better either.
  if (!(recall100 > others100)) {
    note(`new items get no vectors: ${told}`, 'warn');
    return undefined;
  }
  note(`new items: ${told}`);
  return { files: serializeColdStart(result.coldStart), metrics };
}

/** What is known of each item of the vocabulary, in its order. */
async function describeItems({
  items,
  snapshot: { itemIds },
  checkpoint,
}: MappingRequest): Promise<(ItemText | undefined)[]> {
  const described: (ItemText | undefined)[] = [];
  for (let start = 0; start < itemIds.length; start += ITEMS_A_READ) {
    await checkpoint();
    const known = await items.get(itemIds.slice(start, start + ITEMS_A_READ));
    described.push(...known.map((item) => item && { title: item.title, categories: item.categories }));
  }
  return described;
}

/** Every user, or as many, evenly chosen, as have about so many clicks: what is learned of titles is not worth more memory. */
function sampleUsers(sequences: SequenceBatch, clicks: number): SequenceBatch {
  const users = sequenceCount(sequences);
  const wanted = Math.floor((users * clicks) / Math.max(1, sequences.items.length));
  if (wanted >= users) return sequences;
  return sequenceBatch(
    Array.from({ length: Math.max(1, wanted) }, (_, place) =>
      sequenceAt(sequences, Math.floor((place * users) / Math.max(1, wanted))),
    ),
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
