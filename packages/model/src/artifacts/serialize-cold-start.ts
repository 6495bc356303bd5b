import { coldStart, type ColdStart, type ColdStartState } from '../mapping/cold-start.js';
import { ModelArtifactError } from '../errors.js';
import type { Parameters } from '../networks/parameters.js';
import { parameter } from '../networks/parameters.js';
import { readArrayFiles, writeArrayFiles, type NamedArray } from './array-files.js';
import type { ModelFiles } from './serialize-encoder.js';

const name = 'cold-start';
const format = { format: 'click-recall cold start', formatVersion: 1 };

/** A version that can give new items a vector has these files beside its encoder's. */
export const coldStartFiles = ['cold-start.json', 'cold-start.bin'] as const;

type About = Pick<ColdStartState, 'layers' | 'features' | 'unitVectors' | 'longest' | 'metrics'>;

/** Everything there is to it, by file name: `cold-start.json` and `cold-start.bin`. */
export function serializeColdStart({ state }: ColdStart): Map<string, Uint8Array> {
  const { parameters, mapping, layers, features, unitVectors, longest, metrics } = state;
  const arrays = new Map<string, NamedArray>(parameters);
  arrays.set('mapping.kernel', { shape: [mapping.inputs, mapping.outputs], value: mapping.kernel });
  arrays.set('mapping.bias', { shape: [mapping.outputs], value: mapping.bias });
  const about: About = { layers, features, unitVectors, longest, metrics };
  return writeArrayFiles(name, { ...format, about, arrays });
}

/** Throws a ModelArtifactError naming the file for anything damaged, missing or foreign. */
export function deserializeColdStart(files: ModelFiles): ColdStart {
  const { about, arrays } = readArrayFiles(name, files, format);
  const kernel = arrays.get('mapping.kernel');
  const bias = arrays.get('mapping.bias');
  if (kernel === undefined || bias === undefined) throw new ModelArtifactError(coldStartFiles[0], 'has no mapping');
  const [inputs = 0, outputs = 0] = kernel.shape;
  const parameters: Parameters = new Map();
  for (const [array, { shape, value }] of arrays) {
    if (!array.startsWith('mapping.')) parameters.set(array, parameter(shape, value));
  }
  const mapping = { inputs, outputs, kernel: kernel.value, bias: bias.value };
  return coldStart({ ...(about as About), parameters, mapping });
}
