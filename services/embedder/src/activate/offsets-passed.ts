/** Partitions, of those noted, that are not read up to there yet. Nothing is left to read where the log itself starts later. */
export function partitionsBehind(
  noted: Readonly<Record<string, string>>,
  committed: ReadonlyMap<number, bigint>,
  starts: ReadonlyMap<number, bigint>,
): number[] {
  return Object.entries(noted)
    .map(([partition, end]) => [Number(partition), BigInt(end)] as const)
    .filter(([partition, end]) => (committed.get(partition) ?? starts.get(partition) ?? 0n) < end)
    .map(([partition]) => partition);
}
