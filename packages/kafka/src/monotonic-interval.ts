/**
 * How long kafkajs waits between heartbeats: a number to it, that it adds to the time of the last one and compares with now, each time that it
 * could send one (after each batch, each empty fetch, and whenever it is told to). It reads the wall clock, and when that steps back it would send none until
 * the old time is reached: the group drops the member, which reads on as if the partitions were its own. So the sum is now or never, by a clock that
 * only goes forward. To send one at every call is no way out: it waits behind the fetch that the broker holds on the same connection, and the next batch
 * waits for it.
 */
export function monotonicInterval(ms: number): number {
  let last = -Infinity;
  const interval = {
    valueOf() {
      if (performance.now() - last < ms) return Infinity;
      last = performance.now();
      return -Infinity;
    },
  };
  return interval as unknown as number;
}
