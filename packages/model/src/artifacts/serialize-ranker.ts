import { ModelArtifactError, ModelInputError } from '../errors.js';
import { parseRankerConfig, type RankerConfig } from '../networks/ranker/config.js';
import { rankerShapes } from '../networks/ranker/parameters.js';
import { restoreRanker, type RankerModel, type RankerState } from '../networks/ranker/ranker-model.js';
import { parameter, type Parameters } from '../networks/parameters.js';
import { readParameterFiles, weightFiles, writeParameterFiles } from './parameter-files.js';

const format = { format: 'click-recall ranker', formatVersion: 1, files: weightFiles };

interface About {
  readonly config: RankerConfig;
  readonly itemCount: number;
  readonly vectorDim: number;
  readonly steps: number;
  /** Entries of the followers; absent without any. */
  readonly followers?: number;
}

/** What there is beside the parameters, in the same file. */
function dataShapes({ itemCount, followers }: About): [string, number[]][] {
  const shapes: [string, number[]][] = [['clicks', [itemCount + 1]]];
  if (followers === undefined) return shapes;
  const entries = ['items', 'next', 'together'].map((part): [string, number[]] => [`followers.${part}`, [followers]]);
  return [...shapes, ['followers.offsets', [itemCount + 2]], ...entries];
}

function dataOf({ clicks, followers }: RankerState): Parameters {
  const data: Parameters = new Map([['clicks', parameter([clicks.length], clicks)]]);
  for (const part of ['offsets', 'items', 'next', 'together'] as const) {
    const values = followers?.[part];
    if (values === undefined) continue;
    const bits = new Float32Array(values.buffer, values.byteOffset, values.length);
    data.set(`followers.${part}`, parameter([values.length], bits));
  }
  return data;
}

/** The reverse of `dataOf`, taken out of the parameters. */
function takeData(parameters: Parameters): Pick<RankerState, 'clicks' | 'followers'> {
  const take = (name: string): Float32Array => {
    const { value } = parameters.get(name)!;
    parameters.delete(name);
    return value;
  };
  const integers = (name: string): Int32Array => {
    const bits = take(name);
    return new Int32Array(bits.buffer, bits.byteOffset, bits.length);
  };
  const clicks = take('clicks');
  if (!parameters.has('followers.offsets')) return { clicks, followers: undefined };
  const followers = {
    offsets: integers('followers.offsets'),
    items: integers('followers.items'),
    next: take('followers.next'),
    together: take('followers.together'),
  };
  return { clicks, followers };
}

/** A ranker without the encoder's vectors and without optimizer state, as bytes by file name. */
export function serializeRanker(ranker: RankerModel): Map<string, Uint8Array> {
  const state = ranker.snapshot();
  const { followers, vectorDim, steps, parameters } = state;
  const about: About = {
    config: ranker.config,
    itemCount: ranker.itemCount,
    vectorDim,
    steps,
    ...(followers && { followers: followers.items.length }),
  };
  return writeParameterFiles(format, { ...about }, new Map([...parameters, ...dataOf(state)]));
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
    (read) => new Map([...rankerShapes(parseRankerConfig(read.config), read.vectorDim), ...dataShapes(read)]),
  );
  const { config, vectorDim, steps } = about;
  const data = takeData(parameters);
  if (dim !== vectorDim) {
    throw new ModelArtifactError('manifest.json', `is for item vectors of ${vectorDim} values, not of ${dim}`);
  }
  try {
    return restoreRanker(parseRankerConfig(config), { ...data, vectorDim, steps, parameters }, vectors);
  } catch (error) {
    if (error instanceof ModelInputError) throw new ModelArtifactError('manifest.json', error.message);
    throw error;
  }
}
