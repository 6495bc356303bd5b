import { ModelArtifactError } from '../errors.js';
import { parseTwoTowerConfig, type TwoTowerConfig } from '../networks/two-tower/config.js';
import { twoTowerFeatures, type FeatureState } from '../networks/two-tower/features.js';
import { parameterShapes } from '../networks/two-tower/parameters.js';
import { restoreTwoTower, type TwoTower } from '../networks/two-tower/two-tower.js';
import type { Parameters } from '../networks/parameters.js';
import { readArrayFiles, writeArrayFiles, type NamedArray } from './array-files.js';
import type { ModelFiles } from './serialize-encoder.js';

const name = 'two-tower';
const format = { format: 'click-recall two towers', formatVersion: 1 };
/** Adagrad's sums of squares stand beside each weight. */
const sumsOf = (parameter: string): string => `${parameter}:squares`;

interface About {
  readonly config: TwoTowerConfig;
  readonly features: FeatureState;
}

/** Config, fitted features, weights and Adagrad's state, by file name: `two-tower.json` and `two-tower.bin`. */
export function serializeTwoTower(towers: TwoTower): Map<string, Uint8Array> {
  const arrays = new Map<string, NamedArray>();
  for (const [parameter, { shape, value, variance }] of towers.snapshot()) {
    arrays.set(parameter, { shape, value });
    arrays.set(sumsOf(parameter), { shape, value: variance });
  }
  const about: About = { config: towers.config, features: towers.features.state };
  return writeArrayFiles(name, { ...format, about, arrays });
}

/** Throws a ModelArtifactError naming the file for anything damaged, missing or foreign. */
export function deserializeTwoTower(files: ModelFiles): TwoTower {
  const { about, arrays } = readArrayFiles(name, files, format);
  const { config: saved, features: state } = about as About;
  const config = parseTwoTowerConfig(saved);
  const features = twoTowerFeatures(state);
  const parameters: Parameters = new Map();
  for (const [parameter, shape] of parameterShapes(config, features.sizes)) {
    const weights = arrays.get(parameter);
    const sums = arrays.get(sumsOf(parameter));
    if (weights === undefined || sums === undefined || String(weights.shape) !== String(shape)) {
      throw new ModelArtifactError(`${name}.json`, `its ${parameter} is not that of its config`);
    }
    parameters.set(parameter, { shape, value: weights.value, mean: new Float32Array(0), variance: sums.value });
  }
  return restoreTwoTower(config, features, parameters);
}
