import { expect, it } from 'vitest';
import { shardsFor } from './shards-for.js';

it('keeps an index in one key of a server, and spreads it over the masters of a Cluster', () => {
  const cluster = (masters: number) => ({ cluster: true, masters: () => Array.from({ length: masters }, String) });
  expect(shardsFor({ cluster: false, masters: () => [] })).toBe(1);
  expect(shardsFor(cluster(3))).toBe(4);
  expect(shardsFor(cluster(6))).toBe(6);
});
