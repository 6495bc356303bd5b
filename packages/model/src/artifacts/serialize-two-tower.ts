import { parseTwoTowerConfig, type TwoTowerConfig } from '../networks/two-tower/config.js';
import { twoTowerFeatures, type FeatureState } from '../networks/two-tower/features.js';
import { parameterShapes } from '../networks/two-tower/parameters.js';
import { restoreTwoTower, type TwoTower } from '../networks/two-tower/two-tower.js';
import { noMeans } from '../optimizers/adagrad.js';
import { readParameterFiles, writeParameterFiles } from './parameter-files.js';
import type { ModelFiles } from './serialize-encoder.js';

const format = {
  format: 'click-recall two towers',
  formatVersion: 1,
  files: { 'weights.bin': ['value'], 'optimizer.bin': ['variance'] },
} as const;

interface About {
  readonly config: TwoTowerConfig;
  readonly features: FeatureState;
}

/** Config, fitted features, weights and Adagrad's sums, as bytes by file name. */
export function serializeTwoTower(towers: TwoTower): Map<string, Uint8Array> {
  const about: About = { config: towers.config, features: towers.features.state };
  return writeParameterFiles(format, { ...about }, towers.snapshot());
}

/** Throws a ModelArtifactError naming the file for anything damaged, missing or foreign. */
export function deserializeTwoTower(files: ModelFiles): TwoTower {
  const { about, parameters } = readParameterFiles<About>(format, files, ({ config, features }) =>
    parameterShapes(parseTwoTowerConfig(config), twoTowerFeatures(features).sizes),
  );
  return restoreTwoTower(about.config, twoTowerFeatures(about.features), noMeans(parameters));
}
