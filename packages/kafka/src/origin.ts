/** One message of the log. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

const PATTERN = /^([A-Za-z0-9._-]{1,249})\/(0|[1-9]\d{0,9})\/(0|[1-9]\d{0,18})$/;

/** Reads `TOPIC/PARTITION/OFFSET`; undefined for anything else. */
export function readOrigin(text: string): Origin | undefined {
  const [, topic, partition, offset] = PATTERN.exec(text) ?? [];
  if (topic === undefined || partition === undefined || offset === undefined) return undefined;
  return { topic, partition: Number(partition), offset: BigInt(offset) };
}

export function formatOrigin({ topic, partition, offset }: Origin): string {
  return `${topic}/${partition}/${offset}`;
}
