import { setImmediate } from 'node:timers/promises';
import type { SequenceBatch } from '../data/sequence-batch.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import type { ItemDescription } from '../networks/two-tower/features.js';
import type { TwoTower } from '../networks/two-tower/two-tower.js';
import { fittingRows, type ColdStartState } from './cold-start.js';
import type { ColdStartConfig } from './config.js';
import { isDescribed } from './described.js';
import type { HeldOutItems } from './hold-out-items.js';
import { clicksOnItems, userVectors } from './new-item-clicks.js';
import { chanceOf, firstHundred, newItemShares, shareByList, type FirstHundred } from './new-item-shares.js';
import { applyMapping, ridgeRegression, type LinearMapping } from './ridge-regression.js';
import { amountFor, standingDirection } from './standing.js';

export interface FitMappingRequest {
  readonly encoder: SequenceEncoder;
  readonly sequences: SequenceBatch;
  readonly config: ColdStartConfig;
  readonly held: HeldOutItems;
  /** By item index, [N + 1]. */
  readonly clicks: Float64Array | Float32Array | Int32Array;
  /** Trained without the held-out items. */
  readonly towers: TwoTower;
  readonly descriptions: readonly ItemDescription[];
}

/** As multiples of the inputs' mean variance. */
const lambdas = [0.0001, 0.001, 0.01, 0.1, 1];
/** How much a new item's standing is held back, as multiples of the users' mean square: from long and alike for everybody to short. */
const standings = [0.0001, 0.01, 1];

/**
 * The mapping from item-tower vectors to the encoder's item vectors, every item counting by its clicks. Then new items are
 * raised or lowered for everybody alike, until users who never click them see them as often as an item drawn by chance: how
 * popular a new item will be is not known, so it gets the standing of an average one. No vector gets longer than the encoder's
 * longest. Lambda and standing are those that then tell best, of the choosing items, who clicks them and who does not.
 */
export async function fitMapping(
  request: FitMappingRequest,
): Promise<Pick<ColdStartState, 'mapping' | 'unitVectors' | 'longest' | 'metrics'>> {
  const { encoder, sequences, config, held, clicks, towers, descriptions } = request;
  const { dim, itemCount } = encoder;
  const { unitVectors } = encoder.config;
  const hidden = new Set([...held.choosing, ...held.measured]);
  const table = encoder.itemVectors();
  const lengths = { unitVectors, longest: longestRow(table, dim) };
  const known = Uint8Array.from({ length: itemCount + 1 }, (_, item) => (item > 0 && !hidden.has(item) ? 1 : 0));
  const vectors = towers.candidateVectors(towers.features.candidates(descriptions, 'unknown'));
  const ridge = ridgeRegression({
    from: vectors,
    to: table.subarray(dim),
    inputs: towers.dim,
    outputs: dim,
    weights: Float32Array.from(descriptions, (item, place) =>
      known[place + 1] === 1 && isDescribed(item) ? clicks[place + 1]! : 0,
    ),
  });

  const ask = async (items: Int32Array): Promise<FirstHundred> => {
    const asked = clicksOnItems(sequences, items, hidden, config.seed);
    return firstHundred(asked, await userVectors(encoder, asked), table, dim, known);
  };
  const vectorsBy = (mapping: LinearMapping, items: Int32Array): Float32Array => {
    return fittingRows(applyMapping(mapping, rowsOf(vectors, towers.dim, items)), dim, lengths);
  };

  const choosing = await ask(held.choosing);
  const chance = chanceOf(choosing.clicks, known);
  const directions = standings.map((standing) => standingDirection(choosing.users, dim, standing));
  const most = 10 * meanSize(choosing.thresholds);
  let best: { lambda: number; told: number; mapping: LinearMapping } | undefined;
  for (const lambda of lambdas) {
    const solved = ridge.solve(lambda);
    for (const direction of directions) {
      const sharesAt = (amount: number): ReturnType<typeof newItemShares> =>
        newItemShares(choosing, vectorsBy(raised(solved, direction, amount), held.choosing), dim);
      const amount = amountFor(chance, (tried) => sharesAt(tried).others, -most, most);
      const { clickers, others } = sharesAt(amount);
      const told = clickers - others;
      // Of two that do equally well the one that says less.
      if (best === undefined || told >= best.told) best = { lambda, told, mapping: raised(solved, direction, amount) };
      await setImmediate();
    }
  }

  const { lambda, mapping } = best!;
  const measured = await ask(held.measured);
  const shares = newItemShares(measured, vectorsBy(mapping, held.measured), dim);
  const metrics = {
    recall100: shares.clickers,
    others100: shares.others,
    chance100: chanceOf(measured.clicks, known),
    popularity100: shareByList(measured.clicks, Float32Array.from(clicks), known),
    encoder100: newItemShares(measured, rowsOf(table.subarray(dim), dim, held.measured), dim).clickers,
    items: held.measured.length,
    clicks: measured.clicks.targets.length,
    lambda,
  };
  return { mapping, ...lengths, metrics };
}

/** Rows of items, numbered from 1; row 0 is item 1's. */
function rowsOf(table: Float32Array, width: number, items: Int32Array): Float32Array {
  const rows = new Float32Array(items.length * width);
  items.forEach((item, row) => rows.set(table.subarray((item - 1) * width, item * width), row * width));
  return rows;
}

function longestRow(table: Float32Array, dim: number): number {
  let longest = 0;
  for (let start = 0; start < table.length; start += dim) {
    longest = Math.max(longest, Math.hypot(...table.subarray(start, start + dim)));
  }
  return longest;
}

function raised(mapping: LinearMapping, direction: Float32Array, amount: number): LinearMapping {
  return { ...mapping, bias: mapping.bias.map((value, at) => value + amount * direction[at]!) };
}

function meanSize(values: Float32Array): number {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? 1 : finite.reduce((sum, value) => sum + Math.abs(value), 0) / finite.length;
}
