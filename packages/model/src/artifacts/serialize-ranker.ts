import { ModelArtifactError, ModelInputError } from '../errors.js';
import { parseRankerConfig, type RankerConfig } from '../networks/ranker/config.js';
import { rankerShapes } from '../networks/ranker/parameters.js';
import { restoreRanker, type RankerModel } from '../networks/ranker/ranker-model.js';
import { parameter } from '../networks/parameters.js';
import { readParameterFiles, weightFiles, writeParameterFiles } from './parameter-files.js';

const format = { format: 'click-recall ranker', formatVersion: 1, files: weightFiles };

interface About {
  readonly config: RankerConfig;
  readonly itemCount: number;
  readonly vectorDim: number;
  readonly steps: number;
}

/** A ranker without the encoder's vectors and without optimizer state, as bytes by file name. */
export function serializeRanker(ranker: RankerModel): Map<string, Uint8Array> {
  const { clicks, vectorDim, steps, parameters } = ranker.snapshot();
  const about: About = { config: ranker.config, itemCount: ranker.itemCount, vectorDim, steps };
  return writeParameterFiles(
    format,
    { ...about },
    new Map([...parameters, ['clicks', parameter([clicks.length], clicks)]]),
  );
}

/**
 * The reverse; `vectors` ((N + 1) x D) are those of the encoder that the ranker was trained for. Throws a ModelArtifactError
 * naming the file for anything damaged, missing or foreign, also for vectors of another vocabulary.
 */
export function deserializeRanker(
  files: ReadonlyMap<string, Uint8Array>,
  vectors: Float32Array,
  dim: number,
): RankerModel {
  const { about, parameters } = readParameterFiles<About>(
    format,
    files,
    ({ config, itemCount, vectorDim }) =>
      new Map([...rankerShapes(parseRankerConfig(config), vectorDim), ['clicks', [itemCount + 1]]]),
  );
  const { config, vectorDim, steps } = about;
  const clicks = parameters.get('clicks')!.value;
  parameters.delete('clicks');
  if (dim !== vectorDim) {
    throw new ModelArtifactError('manifest.json', `is for item vectors of ${vectorDim} values, not of ${dim}`);
  }
  try {
    return restoreRanker(parseRankerConfig(config), { clicks, vectorDim, steps, parameters }, vectors);
  } catch (error) {
    if (error instanceof ModelInputError) throw new ModelArtifactError('manifest.json', error.message);
    throw error;
  }
}
