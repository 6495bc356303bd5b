import { createHash } from 'node:crypto';
import { DamagedModelError } from './errors.js';

/** Beside a version's files: what each of them must be. */
export const CHECKSUMS_FILE = 'checksums.json';

interface Checksum {
  readonly bytes: number;
  readonly sha256: string;
}
/** By file name. */
export type Checksums = ReadonlyMap<string, Checksum>;

/** The content of the checksums file. */
export function checksumsOf(version: string, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries = [...files].map(
    ([file, bytes]) => [file, { bytes: bytes.byteLength, sha256: sha256(bytes) }] as const,
  );
  return Buffer.from(`${JSON.stringify({ version, files: Object.fromEntries(entries) }, null, 2)}\n`);
}

/** The inverse of `checksumsOf`. Throws a DamagedModelError, also for the checksums of another version. */
export function readChecksums(version: string, content: Uint8Array): Checksums {
  const parsed = parse(version, content);
  if (parsed.version !== version || typeof parsed.files !== 'object' || parsed.files === null) {
    throw new DamagedModelError(version, CHECKSUMS_FILE, 'it is not of this version');
  }
  const entries = Object.entries(parsed.files);
  if (!entries.every((entry): entry is [string, Checksum] => isChecksum(entry[1]))) {
    throw new DamagedModelError(version, CHECKSUMS_FILE, 'it does not say size and checksum of each file');
  }
  return new Map(entries);
}

/** Throws a DamagedModelError where `content` is not what was written. */
export function checkContent(version: string, file: string, content: Uint8Array, expected: Checksum): void {
  if (content.byteLength !== expected.bytes) {
    throw new DamagedModelError(version, file, `it has ${content.byteLength} bytes, not ${expected.bytes}`);
  }
  if (sha256(content) !== expected.sha256) throw new DamagedModelError(version, file, 'its checksum differs');
}

function isChecksum(value: unknown): value is Checksum {
  if (typeof value !== 'object' || value === null || !('bytes' in value) || !('sha256' in value)) return false;
  return typeof value.bytes === 'number' && typeof value.sha256 === 'string';
}

function parse(version: string, content: Uint8Array): { version?: unknown; files?: unknown } {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(content).toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch {
    // Told below.
  }
  throw new DamagedModelError(version, CHECKSUMS_FILE, 'it is not readable JSON');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
