import type { TargetAttentionConfig } from './config.js';

/** Shapes by name of the weights that go with item vectors of `dim` values. */
export function targetAttentionShapes(config: TargetAttentionConfig, dim: number): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  const dense = (name: string, inputs: number, outputs: number): void => {
    shapes.set(`${name}.kernel`, [inputs, outputs]);
    shapes.set(`${name}.bias`, [outputs]);
  };
  switch (config.kind) {
    case 'unit':
      dense('unit', dim, 1);
      return shapes;
    case 'din':
      dense('unit_in', 4 * dim, config.hidden);
      dense('unit_out', config.hidden, 1);
      return shapes;
    case 'multi-head':
      dense('in', dim, dim);
      dense('out', dim, dim);
      return shapes;
  }
}
