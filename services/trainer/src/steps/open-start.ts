import { isDeepStrictEqual } from 'node:util';
import { createSequenceEncoder, type ModelConfig, type SequenceEncoder } from '@click-recall/model';
import type { ActivationStore } from '@click-recall/redis';
import type { Registry } from '@click-recall/registry';
import { isUnusable, loadVersion, type LoadedVersion } from './load-version.js';

/** Where a training starts: from the live version, or fresh and why. */
export type Start =
  | { readonly from: 'live'; readonly live: LoadedVersion }
  | { readonly from: 'fresh'; readonly why: string; readonly liveVersion: string | undefined };

export interface StartRequest {
  readonly activation: Pick<ActivationStore, 'read'>;
  readonly registry: Pick<Registry, 'read'>;
  readonly config: ModelConfig['encoder'];
}

/** The live version, unless there is none, its files are damaged or missing, or the settings now are of another network. */
export async function openStart({ activation, registry, config }: StartRequest): Promise<Start> {
  const liveVersion = (await activation.read())?.encoder;
  if (liveVersion === undefined) return { from: 'fresh', why: 'no version is live', liveVersion };
  try {
    const live = await loadVersion(registry, liveVersion);
    if (isDeepStrictEqual({ ...live.encoder.config }, { ...config })) return { from: 'live', live };
    live.encoder.dispose();
    return { from: 'fresh', why: `the settings of the encoder differ from those of ${liveVersion}`, liveVersion };
  } catch (error) {
    if (!isUnusable(error)) throw error;
    return { from: 'fresh', why: `the live version cannot be used: ${error.message}`, liveVersion };
  }
}

/** The items whose indexes stay. */
export function knownItems(start: Start): readonly string[] {
  return start.from === 'live' ? start.live.itemIds : [];
}

/** The encoder to train: the live one's weights and optimizer state with rows for the new items, or fresh ones. */
export function startEncoder(start: Start, config: ModelConfig, itemCount: number): SequenceEncoder {
  if (start.from === 'fresh') return createSequenceEncoder(config.encoder, itemCount, config.training.seed);
  start.live.encoder.grow(itemCount);
  return start.live.encoder;
}
