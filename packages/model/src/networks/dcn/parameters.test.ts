import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createClickModel } from './click-model.js';
import { defaultDcnConfig, type ClickModelConfig } from './config.js';

const { counts } = JSON.parse(
  readFileSync(new URL('../../../golden/parameter-counts.json', import.meta.url), 'utf8'),
) as { counts: Record<string, number> };

/** 10 fields, 72 features, embedding 16, hidden 128, 64, 32, rank 16, 4 experts. */
function parameterCount(config: ClickModelConfig): number {
  const slots = Array.from({ length: 10 }, () => 1);
  return createClickModel(config, { features: 72, slots }, 1).parameterCount;
}

describe('parameter counts', () => {
  it.each(Object.entries(counts))('are those of the document: %s is %i', (name, count) => {
    const [, cross, method, order] = /^dcn-(mix|v2)-(parallel|stacked)-(\d)$/.exec(name)!;
    const config = { ...defaultDcnConfig, cross, method, order: Number(order) } as ClickModelConfig;
    expect(parameterCount(config)).toBe(count);
  });

  it('are those of the document for its factorization machine', () => {
    expect(parameterCount({ network: 'fm', embedding: 4 })).toBe(361);
  });
});
