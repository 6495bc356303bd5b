import { createClickPublisher } from '@click-recall/client';
import type { EventLog, EventLogSource, ItemLogSource } from '@click-recall/datasets';
import type { Config } from '@click-recall/runtime';
import { publishReplay, readReplay } from '../replay/replay-file.js';
import { asTask, bar, type Progress } from './progress.js';
import { replayNotes, type ReplayNote } from './replayed.js';

export interface ReplayOptions {
  readonly input: { readonly events: EventLogSource; readonly items: ItemLogSource | undefined };
  readonly config: Config;
  readonly dataFolder: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Names the log that is published to, for the notes of what was replayed. */
  readonly log: string;
}

export interface Replayed {
  readonly note: ReplayNote;
  /** Whether no model has been trained on it yet, as the notes say: it is new, or an earlier start was stopped before the training ended. */
  readonly fresh: boolean;
  /** Notes that a model has been trained on it. */
  readonly trained: () => Promise<void>;
}

/**
 * Reads and checks the input, then publishes items and clicks, unless the notes say that this was done before.
 *
 * @throws DataFileError before anything is published
 */
export async function replayLogs({
  input,
  config,
  dataFolder,
  progress,
  signal,
  ...options
}: ReplayOptions): Promise<Replayed> {
  const replay = await asTask(
    progress,
    'read',
    input.events.file,
    () => readReplay(input.events, input.items),
    ({ log }) => describeLog(log),
  );
  const { log, items } = replay;
  showBadRows(progress, input.events.file, log);
  if (items && input.items) showBadRows(progress, input.items.file, items);

  const notes = replayNotes(dataFolder);
  const replayId = `${log.fileId}-${log.events.length}`;
  const before = await notes.read(options.log, replayId);
  const replayed = (note: ReplayNote): Replayed => ({
    note,
    fresh: note.trained !== true,
    trained: () => notes.write(options.log, replayId, { ...note, trained: true }),
  });
  if (before) {
    progress.line('  ✓ all of it was published before');
    return replayed(before);
  }
  const publisher = createClickPublisher({ ...config.kafka, namespace: config.namespace, clientId: 'replay' });
  try {
    await asTask(
      progress,
      'publish',
      bar(0, 1),
      (task) => publishReplay(replay, publisher, signal, (published, of) => task.update(bar(published, of))),
      () => `${count(log.events.length)} clicks, ${count(items?.items.length ?? 0)} items`,
    );
  } finally {
    await publisher.close();
  }
  const note = { read: log.rowsRead, published: log.events.length, rejected: log.rowsRejected };
  await notes.write(options.log, replayId, note);
  return replayed(note);
}

function describeLog({ rowsRead, rowsSkipped, events }: EventLog): string {
  const skipped = rowsSkipped === 0 ? '' : `, ${count(rowsSkipped)} of other types left out`;
  return `${count(rowsRead)} rows, ${count(events.length)} events${skipped}`;
}

function showBadRows(
  progress: Progress,
  file: string,
  { rowsRejected, badRows }: Pick<EventLog, 'rowsRejected' | 'badRows'>,
): void {
  if (rowsRejected === 0) return;
  progress.line(`  ! ${file}: ${count(rowsRejected)} rows left out, the first of them:`);
  for (const { line, reason } of badRows) progress.line(`      line ${line}: ${reason}`);
}

const count = (value: number): string => value.toLocaleString('en-US');
