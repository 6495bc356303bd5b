/**
 * The id of an event that brought none: its place in the log, the same at every delivery. Fixed width, so that events of one time sort as
 * they were appended.
 */
export function placeInLog(topic: string, partition: number, offset: string): string {
  return `${topic}-${String(partition).padStart(4, '0')}-${offset.padStart(20, '0')}`;
}
