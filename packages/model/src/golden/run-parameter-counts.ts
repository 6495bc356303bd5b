import { createClickModel } from '../networks/dcn/click-model.js';
import { defaultDcnConfig, parseClickModelConfig } from '../networks/dcn/config.js';

/** How many numbers training changes, by network: `dcn-mix-parallel-1`. */
export interface ParameterCounts {
  readonly network: 'parameter-counts';
  readonly counts: Readonly<Record<string, number>>;
}

/** The data of document 003: one feature a field. */
const document = { features: 72, slots: Array.from({ length: 10 }, () => 1) };

/** Every count that is another, in words. */
export function countDifferences({ counts }: ParameterCounts): string[] {
  return Object.entries(counts).flatMap(([name, expected]) => {
    const [, cross, method, order] = /^dcn-(\w+)-(\w+)-(\d+)$/.exec(name) ?? [];
    const config = parseClickModelConfig({ ...defaultDcnConfig, cross, method, order: Number(order) }, name);
    const count = createClickModel(config, document, 1).parameterCount;
    return count === expected ? [] : [`counts.${name}: ${count} instead of ${expected}`];
  });
}
