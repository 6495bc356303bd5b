import { ModelArtifactError } from '@click-recall/model';
import type { DeserializeRanker } from './versioned-ranker.js';

/** Stands in until the model package has the network. */
export const deserializeRanker: DeserializeRanker = () => {
  throw new ModelArtifactError('ranker', 'cannot be read by this build');
};
