import type { ActivationStore, ModelStore } from '@click-recall/redis';
import type { Registry } from '@click-recall/registry';
import type { ComparedVersion } from './gate.js';
import { sample, untrained, type HeldOutClicks } from './hold-out.js';
import { isUnusable, loadVersion } from './load-version.js';
import { rankClicks, type RankRequest } from './rank-clicks.js';
import { readTrainedClicks, TRAINED_FILE, type TrainedClicks } from './trained-clicks.js';

export interface CompareRequest extends Omit<RankRequest, 'clicks'> {
  /** Held out of the candidate's own training. */
  readonly test: HeldOutClicks;
  /** What the candidate was trained on by way of the version it started from. */
  readonly inherited: TrainedClicks;
  readonly registry: Pick<Registry, 'read' | 'readFile'>;
  readonly models: Pick<ModelStore, 'list'>;
  readonly activation: Pick<ActivationStore, 'read'>;
  readonly rules: { readonly gateVersions: number; readonly gateMaxClicks: number };
  /** Asked before each version; rejects to end it. */
  readonly checkpoint: () => Promise<void>;
  readonly warn: (message: string) => void;
}

export interface Comparison {
  readonly clicks: number;
  readonly ndcg10: number;
  readonly versions: readonly ComparedVersion[];
}

/** The candidate, the live version and the last ones that passed the gate, on the newest clicks that none was trained on. */
export async function compareVersions(request: CompareRequest): Promise<Comparison> {
  const { registry, rules, checkpoint } = request;
  const skip = (version: string, error: unknown): void => {
    if (!isUnusable(error)) throw error;
    request.warn(`version ${version} is not compared with: ${error.message}`);
  };
  const trained = new Map<string, TrainedClicks>();
  for (const version of await versionsToCompare(request)) {
    try {
      trained.set(version, readTrainedClicks(version, await registry.readFile(version, TRAINED_FILE)));
    } catch (error) {
      skip(version, error);
    }
  }
  const clicks = sample(untrained(request.test, [request.inherited, ...trained.values()]), rules.gateMaxClicks);
  const versions: ComparedVersion[] = [];
  if (clicks.targets.length > 0) {
    for (const version of trained.keys()) {
      await checkpoint();
      try {
        const { encoder, itemIds } = await loadVersion(registry, version);
        const { ndcg10 } = await rankClicks({ ...request, encoder, itemIds, clicks });
        encoder.dispose();
        versions.push({ version, ndcg10 });
      } catch (error) {
        skip(version, error);
      }
    }
  }
  const { ndcg10 } = await rankClicks({ ...request, clicks });
  return { clicks: clicks.targets.length, ndcg10, versions };
}

async function versionsToCompare({ activation, models, rules }: CompareRequest): Promise<string[]> {
  const live = (await activation.read())?.encoder;
  const passed = (await models.list()).filter(({ status, artifactUrl }) => artifactUrl !== '' && status !== 'rejected');
  const last = passed.map(({ version }) => version).filter((version) => version !== live);
  return [...(live === undefined ? [] : [live]), ...last].slice(0, rules.gateVersions);
}
