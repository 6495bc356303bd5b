/** Clicks of one user, oldest first. */
export interface SyntheticUser {
  readonly userId: string;
  readonly itemIds: readonly string[];
}

export interface SyntheticShape {
  readonly users: number;
  readonly items: number;
  readonly clicksPerUser: number;
  readonly seed?: number;
}

const GENRES = 40;

/**
 * Users with tastes, so that there is something to learn: each item belongs to a genre and is popular after Zipf within it; each user
 * likes three genres and stays in one for a while; now and then the next item follows from the last one.
 */
export function syntheticUsers({ users, items, clicksPerUser, seed = 1 }: SyntheticShape): SyntheticUser[] {
  const random = generator(seed);
  const perGenre = Math.floor(items / GENRES);
  const itemOf = (genre: number, rank: number): number => genre + GENRES * Math.min(rank, perGenre - 1);
  // The inverse of a Zipf-like distribution function: rank grows exponentially with a uniform number.
  const zipf = (): number => Math.floor(perGenre ** random()) - 1;
  return Array.from({ length: users }, (_, user) => {
    const tastes = Array.from({ length: 3 }, () => Math.floor(random() * GENRES));
    const clicks: number[] = [];
    let genre = tastes[0]!;
    while (clicks.length < clicksPerUser) {
      if (random() < 0.15) genre = tastes[Math.floor(random() * tastes.length)]!;
      const last = clicks.at(-1);
      const follows = last !== undefined && random() < 0.3;
      clicks.push(follows ? (last + 7 * GENRES) % (GENRES * perGenre) : itemOf(genre, zipf()));
    }
    return { userId: `user-${user}`, itemIds: clicks.map((item) => `item-${item}`) };
  });
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
