import { STAGE_FILE, writeStage } from '@click-recall/encoding';
import {
  createRanker,
  defaultRankerConfig,
  deserializeEncoder,
  serializeRanker,
  type ModelFiles,
} from '@click-recall/model';
import type { ActivationStore } from '@click-recall/redis';
import { newRankerId, type Registry } from '@click-recall/registry';
import { setTimeout as delay } from 'node:timers/promises';

export interface ActivateRankerRequest {
  readonly modelVersion: string;
  /** Of the model. */
  readonly files: ModelFiles;
  readonly registry: Pick<Registry, 'write'>;
  readonly activation: Pick<ActivationStore, 'switchRanker'>;
  /** Address of recall. */
  readonly recall: string;
}

const CANDIDATES = 100;

/** Makes a ranker live that has learned nothing and costs as much as one that has, and waits until recall answers with it. */
export async function activateRanker(request: ActivateRankerRequest): Promise<string> {
  const { modelVersion, files, registry, activation, recall } = request;
  const encoder = deserializeEncoder(files);
  const clicks = new Float32Array(encoder.itemCount + 1).fill(1);
  const ranker = createRanker(defaultRankerConfig, { vectors: encoder.itemVectors(), dim: encoder.dim, clicks });
  const { history } = defaultRankerConfig;
  const stage = writeStage({ modelVersion, candidates: CANDIDATES, history });
  const version = newRankerId(Date.now());
  await registry.write(version, new Map(serializeRanker(ranker)).set(STAGE_FILE, stage));
  encoder.dispose();
  ranker.dispose();
  await activation.switchRanker(modelVersion, version, Date.now());
  for (;;) {
    const answer = await fetch(`${recall}/v1/users/user-0/recommendations`);
    if (((await answer.json()) as { rankerVersion?: string }).rankerVersion === version) return version;
    await delay(50);
  }
}
