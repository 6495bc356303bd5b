import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { isForget, parseClickValue, type ClickEventInput, type Interaction } from '@click-recall/contracts';
import { DataFileError, shownCell, textOf } from './data-file-error.js';
import { readRows, type FileFormat } from './read-rows.js';
import { readTimestamp, type TimestampUnit } from './read-timestamp.js';

/** Where a user's own log of events is, and which of its columns mean what. */
export interface EventLogSource {
  readonly file: string;
  readonly format: FileFormat;
  readonly user: string;
  readonly item: string;
  readonly timestamp: string;
  readonly timestampUnit: TimestampUnit;
  /** Column of the event's type; with `keep`, only rows of these types are replayed. */
  readonly type?: string;
  readonly keep?: readonly string[];
  /** Only the first so many rows of the file. */
  readonly maxEvents?: number;
}

/** A row that is no event: the line in the file and what was expected. */
export interface BadRow {
  readonly line: number;
  readonly reason: string;
}

/** The events of a file, ready to be published, and the count of what was left out. */
export interface EventLog {
  /** Short hash of the file's bytes: the first part of each event's id. */
  readonly fileId: string;
  /** In time order: then what falls out of a capped sequence is counted the same however often the log is replayed. */
  readonly events: readonly LoggedEvent[];
  readonly rowsRead: number;
  /** Rows of a type that was not to be kept. */
  readonly rowsSkipped: number;
  readonly rowsRejected: number;
  /** The first few rejected rows. */
  readonly badRows: readonly BadRow[];
}

export interface LoggedEvent {
  readonly row: number;
  readonly userId: string;
  readonly itemId: string;
  readonly timestamp: number;
  readonly type: string;
}

const BAD_ROWS_KEPT = 5;

/**
 * Reads and checks a whole log before anything of it is published.
 *
 * @throws DataFileError when the file or a column is missing, or no row is an event
 */
export async function readEventLog(source: EventLogSource): Promise<EventLog> {
  const columns = [source.user, source.item, source.timestamp, ...(source.type === undefined ? [] : [source.type])];
  const keep = source.keep && new Set(source.keep);
  const fileId = await shortHash(source.file);
  const events: LoggedEvent[] = [];
  const badRows: BadRow[] = [];
  let [rowsRead, rowsSkipped, rowsRejected] = [0, 0, 0];
  const reject = (line: number, reason: string): void => {
    rowsRejected += 1;
    if (badRows.length < BAD_ROWS_KEPT) badRows.push({ line, reason });
  };

  for await (const row of readRows(source.file, source.format, columns)) {
    if (source.maxEvents !== undefined && rowsRead >= source.maxEvents) break;
    rowsRead += 1;
    if ('fault' in row) {
      reject(row.line, row.fault);
      continue;
    }
    const [userId, itemId, time, type] = row.fields;
    if (keep && !keep.has(textOf(type))) {
      rowsSkipped += 1;
      continue;
    }
    const timestamp = readTimestamp(time, source.timestampUnit);
    if (timestamp === undefined) {
      reject(row.line, `${source.timestamp}: ${shownCell(time)} is not a time in ${source.timestampUnit}`);
      continue;
    }
    const candidate = { userId, itemId, timestamp, ...(type === undefined || type === '' ? {} : { type }) };
    const parsed = parseClickValue(candidate, Date.now());
    if (!parsed.ok) reject(row.line, `${columnOf(source, parsed.rejection.field)}: ${parsed.rejection.message}`);
    else if (isForget(parsed.value)) reject(row.line, 'a forget event cannot be replayed from a file');
    else events.push(loggedEvent(rowsRead, parsed.value));
  }
  if (events.length === 0) {
    const first = badRows[0];
    const why = first ? `; line ${first.line}: ${first.reason}` : '';
    throw new DataFileError(`${source.file}: no event in ${rowsRead} rows${why}`);
  }
  events.sort((a, b) => a.timestamp - b.timestamp || a.row - b.row);
  return { fileId, events, rowsRead, rowsSkipped, rowsRejected, badRows };
}

/** The event as published: the id says file and row, so a repeated or interrupted replay changes nothing. */
export function toClickEvent(fileId: string, event: LoggedEvent): ClickEventInput {
  const { row, ...rest } = event;
  return { eventId: `${fileId}-${String(row).padStart(10, '0')}`, ...rest };
}

function loggedEvent(row: number, { userId, itemId, timestamp, type }: Interaction): LoggedEvent {
  return { row, userId, itemId, timestamp, type };
}

function columnOf(source: EventLogSource, field: string): string {
  const columns: Record<string, string | undefined> = {
    userId: source.user,
    itemId: source.item,
    timestamp: source.timestamp,
    type: source.type,
  };
  return columns[field] ?? field;
}

async function shortHash(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch (error) {
    throw new DataFileError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return hash.digest('hex').slice(0, 12);
}
