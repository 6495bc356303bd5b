type Offsets = ReadonlyMap<number, bigint>;

/**
 * Partitions, of those noted, that are not read up to there yet. Nothing is left to read where the log itself starts later (old messages
 * were removed, read or not), or ends earlier (the topic was made anew).
 */
export function partitionsBehind(
  noted: Readonly<Record<string, string>>,
  { committed, starts, ends }: { readonly committed: Offsets; readonly starts: Offsets; readonly ends: Offsets },
): number[] {
  return Object.entries(noted)
    .map(([partition, end]) => [Number(partition), BigInt(end)] as const)
    .filter(([partition, end]) => {
      const read = max(committed.get(partition) ?? 0n, starts.get(partition) ?? 0n);
      const toRead = min(end, ends.get(partition) ?? 0n);
      return read < toRead;
    })
    .map(([partition]) => partition);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
