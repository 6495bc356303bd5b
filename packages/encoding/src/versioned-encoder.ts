import { deserializeEncoder, sequenceBatch, type ModelFiles, type SequenceEncoder } from '@click-recall/model';
import type { ColdItems } from './cold-items.js';
import { readColdItems } from './read-cold-items.js';
import { runTogether } from './run-together.js';
import { readVocabulary, VOCABULARY_FILE } from './vocabulary.js';

/** Sequences in one run of the graph at most: the thread is held for tens of milliseconds, and no longer. */
const SLICE = 64;

/** Told of each run of the graph. */
export type OnEncode = (sequences: number, seconds: number) => void;

/** A model version that speaks of items by their ids. */
export interface VersionedEncoder {
  readonly version: string;
  /** D. */
  readonly dim: number;
  /** L: no more of a user's newest clicks than this are looked at. */
  readonly sequenceLength: number;
  /** The items the version knows, by row: row r of `itemVectors` (from 0) is `itemIds[r]`. */
  readonly itemIds: readonly string[];
  /** The item's row, or undefined for an item that the version has not seen. */
  rowOf(itemId: string): number | undefined;
  /**
   * One vector of length D a sequence of item ids (oldest first); items that the version has not seen are skipped, and a
   * sequence without any known one has no vector. Callers of the same moment share a run of the graph, and the event loop
   * turns between two runs.
   */
  encode(sequences: readonly (readonly string[])[]): Promise<(Float32Array | undefined)[]>;
  /** Items x D, without the padding row. A copy. */
  itemVectors(): Float32Array;
  /** Vectors for items that the version has not seen; undefined where it was trained without a mapping for them. */
  readonly coldItems: ColdItems | undefined;
  dispose(): void;
}

/** Throws a ModelArtifactError naming the file for anything damaged or missing. */
export function createVersionedEncoder(version: string, files: ModelFiles, onEncode?: OnEncode): VersionedEncoder {
  const encoder = deserializeEncoder(files);
  try {
    const itemIds = readVocabulary(files.get(VOCABULARY_FILE), encoder.itemCount);
    return ofItems(version, encoder, itemIds, readColdItems(files, encoder.dim), onEncode);
  } catch (error) {
    encoder.dispose();
    throw error;
  }
}

function ofItems(
  version: string,
  encoder: SequenceEncoder,
  itemIds: readonly string[],
  coldItems: ColdItems | undefined,
  onEncode?: OnEncode,
): VersionedEncoder {
  const rows = new Map(itemIds.map((itemId, row) => [itemId, row]));
  const { dim } = encoder;
  const { sequenceLength } = encoder.config;

  /** Item indexes (row + 1; 0 is padding) of the newest known items. */
  const indexes = (sequence: readonly string[]): number[] => {
    const known: number[] = [];
    for (let place = sequence.length - 1; place >= 0 && known.length < sequenceLength; place--) {
      const row = rows.get(sequence[place]!);
      if (row !== undefined) known.push(row + 1);
    }
    return known.reverse();
  };

  const encode = (sequences: readonly (readonly string[])[]): (Float32Array | undefined)[] => {
    const known = sequences.map(indexes);
    const filled = known.filter((sequence) => sequence.length > 0);
    if (filled.length === 0) return known.map(() => undefined);
    const started = performance.now();
    const vectors = encoder.encode(sequenceBatch(filled));
    onEncode?.(filled.length, (performance.now() - started) / 1000);
    let row = 0;
    return known.map((sequence) => {
      if (sequence.length === 0) return undefined;
      const start = dim * row++;
      return vectors.slice(start, start + dim);
    });
  };

  return {
    version,
    dim,
    sequenceLength,
    itemIds,
    rowOf: (itemId) => rows.get(itemId),
    encode: runTogether(encode, SLICE),
    itemVectors: () => encoder.itemVectors().slice(dim),
    coldItems,
    dispose: () => encoder.dispose(),
  };
}
