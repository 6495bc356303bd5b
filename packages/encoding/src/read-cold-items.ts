import type { ModelFiles } from '@click-recall/model';
import type { ColdItems } from './cold-items.js';

/** The part of a version that gives vectors to items it has not seen; undefined for a version that was written without. */
export function readColdItems(_files: ModelFiles): ColdItems | undefined {
  return undefined;
}
