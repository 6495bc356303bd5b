import { ModelInputError } from '../../errors.js';

/**
 * Categorical features of many rows. A field has one slot, or several where it can have several values (genres): its
 * vector is then the sum of its values' vectors, each times its share.
 */
export interface FeatureRows {
  readonly rows: number;
  /** Slots of each field. */
  readonly slots: readonly number[];
  /** Rows x all slots: feature indexes from 0 over all fields together. */
  readonly indexes: Int32Array;
  /** Rows x all slots, 0 where a slot is not used; absent where every field has one slot and one value. */
  readonly shares?: Float32Array | undefined;
}

export function slotCount({ slots }: Pick<FeatureRows, 'slots'>): number {
  return slots.reduce((sum, count) => sum + count, 0);
}

/** Throws a ModelInputError for arrays that do not fit, a feature the model does not have, or a share that is no number. */
export function checkFeatureRows(given: FeatureRows, features: number, slots: readonly number[]): void {
  if (given.slots.join() !== slots.join()) {
    throw new ModelInputError(`slots must be ${slots.join()}, not ${given.slots.join()}`);
  }
  const length = given.rows * slotCount(given);
  if (given.indexes.length !== length) {
    throw new ModelInputError(`indexes must have ${length} values, not ${given.indexes.length}`);
  }
  const wrong = given.indexes.findIndex((index) => index < 0 || index >= features);
  if (wrong >= 0) {
    throw new ModelInputError(`indexes[${wrong}] must be from 0 to ${features - 1}, not ${given.indexes[wrong]}`);
  }
  if (given.shares === undefined) return;
  if (given.shares.length !== length) {
    throw new ModelInputError(`shares must have ${length} values, not ${given.shares.length}`);
  }
  const notFinite = given.shares.findIndex((share) => !Number.isFinite(share));
  if (notFinite >= 0) throw new ModelInputError(`shares[${notFinite}] must be finite, not ${given.shares[notFinite]}`);
}

/** The chosen rows, in their order. */
export function chooseRows(from: FeatureRows, chosen: Int32Array): FeatureRows {
  const width = slotCount(from);
  const indexes = new Int32Array(chosen.length * width);
  const shares = from.shares && new Float32Array(chosen.length * width);
  chosen.forEach((row, to) => {
    indexes.set(from.indexes.subarray(row * width, (row + 1) * width), to * width);
    shares?.set(from.shares!.subarray(row * width, (row + 1) * width), to * width);
  });
  return { rows: chosen.length, slots: from.slots, indexes, shares };
}
