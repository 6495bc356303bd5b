import { expect, it } from 'vitest';
import { randomNamespace } from './random-namespace.js';

it('gives a name that Kafka takes as part of a topic, and never the same', () => {
  const names = Array.from({ length: 1_000 }, () => randomNamespace('ingest'));
  expect(new Set(names).size).toBe(1_000);
  for (const name of names) expect(name).toMatch(/^ingest-[0-9a-f]{12}$/);
});
