import { createHash } from 'node:crypto';

/** What a user's newest clicks are for when a ranker is trained; nobody's are for two of them. */
export type Part = 'train' | 'validation' | 'gate';

export interface Shares {
  readonly gateShare: number;
  readonly validationShare: number;
}

/** Follows from the id alone, so the same data is split alike every time. */
export function partOf(userId: string, { gateShare, validationShare }: Shares): Part {
  const place = createHash('sha256').update(userId).digest().readUInt32LE(0) / 2 ** 32;
  if (place < gateShare) return 'gate';
  return place < gateShare + validationShare * (1 - gateShare) ? 'validation' : 'train';
}
