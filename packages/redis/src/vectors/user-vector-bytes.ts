import type { UserVector } from './create-user-vector-store.js';

/** The revision, a little-endian double: exact for every safe integer, and Lua reads it. */
export const HEADER_BYTES = 8;

/** One string holds both, in two thirds of the memory of a hash: revision, then the vector's float32s (little-endian). */
export function encodeUserVector({ revision, vector }: UserVector): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + vector.byteLength);
  bytes.writeDoubleLE(revision, 0);
  bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), HEADER_BYTES);
  return bytes;
}

/** The vector is a copy, aligned, and keeps nothing of the reply alive. Undefined for bytes that are none: as if nothing were stored. */
export function decodeUserVector(bytes: Buffer): UserVector | undefined {
  const revision = revisionIn(bytes, bytes.length);
  if (revision === undefined) return undefined;
  const floats = new Uint8Array(bytes.subarray(HEADER_BYTES));
  return { revision, vector: new Float32Array(floats.buffer) };
}

/** The revision that stands in a value's header; undefined where the value, of so many bytes, is no vector. `put-user-vector.lua` judges alike. */
export function revisionIn(header: Buffer, byteLength: number): number | undefined {
  if (header.length < HEADER_BYTES || byteLength % Float32Array.BYTES_PER_ELEMENT !== 0) return undefined;
  const revision = header.readDoubleLE(0);
  return Number.isSafeInteger(revision) && revision >= 0 ? revision : undefined;
}
