import { singularValues, type ClickModelConfig, type ClickModelState } from '@click-recall/model';
import type { ExtraPlot } from '../experiment-kind.js';

/** Singular values of the first cross matrix, greatest first; undefined where there is none. */
export function crossSingularValues(config: ClickModelConfig, state: ClickModelState): Float64Array | undefined {
  const matrix = config.network === 'dcn' && config.cross === 'v2' ? state.parameters.get('cross0.w') : undefined;
  if (matrix === undefined) return undefined;
  const [rows = 0, columns = 0] = matrix.shape;
  return singularValues(matrix.value, rows, columns);
}

/** As document 003 plots them: the greatest is 1, the least 0. */
export function singularValuePlot(start: Float64Array, trained: Float64Array): ExtraPlot {
  return {
    title: 'Singular values of the first cross matrix, from 1 (the greatest) to 0 (the least)',
    x: 'place',
    y: 'singular value',
    mark: 'points',
    series: [
      { name: 'at the start', points: scaled(start) },
      { name: 'after training', points: scaled(trained) },
    ],
  };
}

function scaled(values: Float64Array): [number, number][] {
  const [greatest = 0, least = 0] = [values[0], values.at(-1)];
  const range = greatest - least || 1;
  return Array.from(values, (value, place) => [place + 1, (value - least) / range]);
}
