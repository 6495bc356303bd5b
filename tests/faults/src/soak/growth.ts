/** A figure that was looked at again and again, with what it may grow by and still count as steady. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  /** In the order of time, evenly spaced. */
  readonly values: readonly number[];
  /** Of the base; 0.1 = a tenth. */
  readonly share: number;
  /** On top, in the unit. */
  readonly slack: number;
}

/**
 * Says what has grown. What is held for a moment (garbage, a build, a version about to retire) comes and goes, so only the lowest value of
 * each sixth of the time counts; the first sixth is the start. The lowest of the last sixth is compared with that of the second.
 *
 * @returns in words; undefined when the figure is steady
 */
export function growthOf({ name, unit, values, share, slack }: Series): string | undefined {
  const seen = values.filter((value) => Number.isFinite(value));
  if (seen.length < 12) return `${name}: ${seen.length} values are too few to tell`;
  const sixth = Math.floor(seen.length / 6);
  const base = Math.min(...seen.slice(sixth, 2 * sixth));
  const end = Math.min(...seen.slice(-sixth));
  const most = base * (1 + share) + slack;
  if (end <= most) return undefined;
  return `${name} grew from ${round(base)} to ${round(end)} ${unit} (at most ${round(most)} would be steady)`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
