export { DataFileError } from './data-file-error.js';
export type { Dataset, Interactions, ItemFeatures, UserFeatures } from './dataset.js';
export { buildDataset, type DatasetParts, type InteractionRow } from './build-dataset.js';
export { DATASET_FORMATS, datasetName, readDataset, type DatasetSource } from './read-dataset.js';
export { detectFormat } from './detect-format.js';
export type { EventTableColumns, ItemTable } from './read-event-table.js';

export { FILE_FORMATS, type FileFormat } from './read-rows.js';
export { TIMESTAMP_UNITS, type TimestampUnit } from './read-timestamp.js';
export {
  readEventLog,
  toClickEvent,
  type BadRow,
  type EventLog,
  type EventLogSource,
  type LoggedEvent,
} from './event-log.js';
export { readItemLog, type ItemLog, type ItemLogSource } from './item-log.js';
