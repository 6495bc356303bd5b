import type { ClickModel, ClickModelState } from '../networks/dcn/click-model.js';
import { restoreClickModel } from '../networks/dcn/click-model.js';
import { parseClickModelConfig, type ClickModelConfig } from '../networks/dcn/config.js';
import { clickModelShapes } from '../networks/dcn/parameters.js';
import { readParameterFiles, weightAndAdamFiles, writeParameterFiles } from './parameter-files.js';

const format = { format: 'click-recall click model', formatVersion: 1, files: weightAndAdamFiles };

type About = Omit<ClickModelState, 'parameters'> & { readonly config: ClickModelConfig };

/** Everything there is to a DCN or factorization machine, as bytes by file name. */
export function serializeClickModel(model: ClickModel): Map<string, Uint8Array> {
  const { parameters, ...about } = model.snapshot();
  return writeParameterFiles(format, { config: model.config, ...about }, parameters);
}

/** Throws a ModelArtifactError naming the file for anything damaged, missing or foreign. */
export function deserializeClickModel(files: ReadonlyMap<string, Uint8Array>): ClickModel {
  const { about, parameters } = readParameterFiles<About>(format, files, ({ config, features, slots }) =>
    clickModelShapes(parseClickModelConfig(config), features, slots.length),
  );
  const { config, ...state } = about;
  return restoreClickModel(parseClickModelConfig(config), { ...state, parameters });
}
