import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import type { CheckpointStore } from '../experiment-kind.js';
import { writeAtomically } from './write-atomically.js';

/** A checkpoint store in one file, with the memory that the run has taken so far. */
export interface CheckpointFile extends CheckpointStore {
  /** The most that any process of this run has taken, in MB. */
  peakMemoryMb(): number;
  remove(): Promise<void>;
}

interface Content {
  readonly identity: string;
  readonly peakMemoryMb: number;
  readonly state: unknown;
}

const HASH_BYTES = 32;

/**
 * A checkpoint of another identity (other settings or data) or that is damaged counts as none.
 *
 * @param identity of what is trained; the same one gives the same result
 */
export function createCheckpointFile(file: string, identity: string): CheckpointFile {
  let earlierPeak = 0;
  const peakMemoryMb = (): number => Math.max(earlierPeak, Math.round(process.resourceUsage().maxRSS / 1024));
  return {
    async load() {
      const content = await read(file);
      if (content?.identity !== identity) return undefined;
      earlierPeak = content.peakMemoryMb;
      return content.state;
    },
    async save(state) {
      const content: Content = { identity, peakMemoryMb: peakMemoryMb(), state };
      const body = serialize(content);
      await writeAtomically(file, Buffer.concat([sha256(body), body]));
    },
    peakMemoryMb,
    remove: () => rm(file, { force: true }),
  };
}

async function read(file: string): Promise<Content | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined || bytes.length <= HASH_BYTES) return undefined;
  const body = bytes.subarray(HASH_BYTES);
  if (!sha256(body).equals(bytes.subarray(0, HASH_BYTES))) return undefined;
  // Written by `save`, as the hash in front of it shows.
  return deserialize(body) as Content;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
