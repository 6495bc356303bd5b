import { coldStart, type ColdStart, type ColdStartState } from '../mapping/cold-start.js';
import { twoTowerFeatures } from '../networks/two-tower/features.js';
import { parameter, valueOf, type Parameters } from '../networks/parameters.js';
import { candidateShapes } from '../networks/two-tower/parameters.js';
import { readParameterFiles, writeParameterFiles } from './parameter-files.js';
import type { ModelFiles } from './serialize-encoder.js';

/** A version that can give new items a vector has these files beside its encoder's. */
export const coldStartFiles = ['cold-start.json', 'cold-start.bin'] as const;

const format = {
  format: 'click-recall cold start',
  formatVersion: 1,
  manifest: coldStartFiles[0],
  files: { [coldStartFiles[1]]: ['value'] },
} as const;

type About = Pick<ColdStartState, 'embedding' | 'layers' | 'features' | 'unitVectors' | 'longest' | 'metrics'> & {
  /** D */
  readonly dim: number;
};

/** Everything there is to it, as bytes by the names of `coldStartFiles`. */
export function serializeColdStart({ state, dim }: ColdStart): Map<string, Uint8Array> {
  const { parameters: ofTower, mapping, ...kept } = state;
  const about: About = { ...kept, dim };
  const parameters: Parameters = new Map(ofTower);
  for (const [name, shape] of mappingShapes(about)) {
    parameters.set(name, parameter(shape, name === 'mapping.kernel' ? mapping.kernel : mapping.bias));
  }
  return writeParameterFiles(format, { ...about }, parameters);
}

/** Throws a ModelArtifactError naming the file for anything damaged, missing or foreign. */
export function deserializeColdStart(files: ModelFiles): ColdStart {
  const { about, parameters } = readParameterFiles<About>(format, files, (read) => {
    const { ids, tokens } = twoTowerFeatures(read.features).sizes;
    return new Map([...candidateShapes(read, { ids, tokens }), ...mappingShapes(read)]);
  });
  const { dim, ...kept } = about;
  const mapping = {
    inputs: kept.layers.at(-1)!,
    outputs: dim,
    kernel: valueOf(parameters, 'mapping.kernel'),
    bias: valueOf(parameters, 'mapping.bias'),
  };
  return coldStart({ ...kept, parameters: new Map([...parameters].filter(isOfTower)), mapping });
}

function mappingShapes({ layers, dim }: Pick<About, 'layers' | 'dim'>): Map<string, number[]> {
  return new Map([
    ['mapping.kernel', [layers.at(-1) ?? 0, dim]],
    ['mapping.bias', [dim]],
  ]);
}

function isOfTower([name]: readonly [string, unknown]): boolean {
  return !name.startsWith('mapping.');
}
