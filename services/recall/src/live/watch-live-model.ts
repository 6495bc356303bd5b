import type { Encoders, Rankers, VersionedRanker } from '@click-recall/encoding';
import type { Activation, ActivationStore } from '@click-recall/redis';
import { atMost, messageOf, type Logger } from '@click-recall/runtime';
import { liveModelOf, liveSince, type LiveModel } from './live-model.js';

/** What may be said of the model: none was ever activated, one is in use, or the live one cannot be used. */
export type LiveState =
  | { readonly kind: 'none' }
  | { readonly kind: 'ready'; readonly version: string; readonly ranker?: RankerState }
  | { readonly kind: 'unusable'; readonly version: string; readonly problem: string };

/** The live ranker; with a problem it cannot be used, and what is recalled stays in its order. */
export interface RankerState {
  readonly version: string;
  readonly problem?: string;
}

export interface LiveModelWatch {
  /** The same object until the next switch: whoever takes it once per request never mixes versions. */
  readonly current: () => LiveModel | undefined;
  readonly state: () => LiveState;
  /** Looks now, and not before; resolves when what is live is in use, or cannot be. Rejects while Redis does not answer. */
  readonly refresh: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface LiveModelWatchOptions {
  readonly activations: Pick<ActivationStore, 'readWithBuilding' | 'onChange'>;
  readonly encoders: Pick<Encoders, 'get' | 'keepOnly'>;
  readonly rankers: Pick<Rankers, 'get' | 'keepOnly'>;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  /** How long the indexes of the version before stay, ms: as long it goes on answering where the live one cannot be loaded. */
  readonly graceMs: number;
  readonly onState?: (state: LiveState) => void;
  readonly pollMs?: number;
  /** Pause before a model that could not be loaded is tried anew, ms. */
  readonly retryMs?: number;
}

const CLOSE_WITHIN_MS = 2_000;

/**
 * Follows which version is live: told by the notice of a switch, and by asking every `pollMs` in case a notice was lost. A new
 * version is loaded and warm, most often while it is still being built, before it takes the place of the one in use.
 */
export function watchLiveModel(options: LiveModelWatchOptions): LiveModelWatch {
  const { activations, encoders, rankers, logger, graceMs, onState, pollMs = 200, retryMs = 5_000 } = options;
  let current: LiveModel | undefined;
  let state: LiveState = { kind: 'none' };
  let said = false;
  let failed: { readonly version: string; readonly at: number } | undefined;
  let failedRanker: { readonly version: string; readonly at: number; readonly problem: string } | undefined;
  let looking: Promise<void> | undefined;
  let lookingNext: Promise<void> | undefined;
  let closed = false;

  const say = (next: LiveState): void => {
    said = true;
    state = next;
    onState?.(next);
  };

  const use = async (activation: Activation): Promise<void> => {
    const { encoder: version } = activation;
    if (isInUse(activation)) return;
    if (failed?.version === version && Date.now() < failed.at + retryMs) return leaveOld(activation);
    try {
      const encoder = await encoders.get(version);
      const ranker = await openRanker(activation);
      if (current?.encoder === encoder && current.activatedAt === liveSince(activation) && current.ranker === ranker)
        return;
      current = liveModelOf(activation, encoder, ranker, current);
      failed = undefined;
      logger.info({ version, ranker: ranker?.version ?? null }, `answering with model ${version}`);
      say({ kind: 'ready', version, ...(activation.ranker !== '' && { ranker: rankerState(activation.ranker) }) });
    } catch (error) {
      failed = { version, at: Date.now() };
      if (state.kind !== 'unusable') logger.error({ err: error, version }, `the live model ${version} cannot be used`);
      leaveOld(activation);
      say({ kind: 'unusable', version, problem: messageOf(error) });
    }
  };

  /** What is live is what is used, but for a ranker that could not be loaded a moment ago. */
  const isInUse = (activation: Activation): boolean =>
    current?.version === activation.encoder &&
    current.activatedAt === liveSince(activation) &&
    ((current.ranker?.version ?? '') === activation.ranker || rankerFailedNow(activation.ranker));

  const rankerFailedNow = (version: string): boolean =>
    failedRanker?.version === version && Date.now() < failedRanker.at + retryMs;

  const rankerState = (version: string): RankerState =>
    failedRanker?.version === version ? { version, problem: failedRanker.problem } : { version };

  /** Never a reason not to answer: without it, what is recalled stays in its order. */
  const openRanker = async ({ encoder, ranker: version }: Activation): Promise<VersionedRanker | undefined> => {
    if (version === '' || rankerFailedNow(version)) return undefined;
    try {
      const ranker = await rankers.get(version);
      if (ranker.modelVersion !== encoder) throw new Error(`it belongs to ${ranker.modelVersion}, not to ${encoder}`);
      failedRanker = undefined;
      return ranker;
    } catch (error) {
      if (failedRanker?.version !== version) {
        logger.error({ err: error, version }, `the live ranker ${version} cannot be used: lists stay as recalled`);
      }
      failedRanker = { version, at: Date.now(), problem: messageOf(error) };
      return undefined;
    }
  };

  const leaveOld = ({ encoder, activatedAt }: Activation): void => {
    if (current?.version !== encoder && Date.now() >= activatedAt + graceMs) current = undefined;
  };

  const look = async (): Promise<void> => {
    const { activation, building } = await activations.readWithBuilding();
    if (activation) await use(activation);
    else {
      current = undefined;
      if (state.kind !== 'none' || !said) say({ kind: 'none' });
    }
    // Whatever is wrong with a version being built is its build's to report.
    for (const version of building) encoders.get(version).catch(() => undefined);
    encoders.keepOnly([...building, ...[activation?.encoder, current?.version].filter((id) => id !== undefined)]);
    rankers.keepOnly([activation?.ranker, current?.ranker?.version].filter((id) => id !== undefined));
  };

  const start = (): Promise<void> => (looking = look().finally(() => (looking = undefined)));

  const lookAgain = (): Promise<void> => {
    lookingNext = undefined;
    return start();
  };
  // A look under way may have read what was live before the switch that the caller has heard of.
  const refresh = (): Promise<void> =>
    lookingNext ?? (looking ? (lookingNext = looking.then(lookAgain, lookAgain)) : start());

  const poll = (): void => {
    if (!closed) refresh().catch(() => undefined);
  };
  const timer = setInterval(() => {
    if (!looking) poll();
  }, pollMs);
  let unsubscribe: (() => Promise<void>) | undefined;
  activations.onChange(poll).then(
    (stop) => (closed ? void stop() : (unsubscribe = stop)),
    // The poll alone is enough.
    () => undefined,
  );

  return {
    current: () => current,
    state: () => state,
    refresh,
    async close() {
      closed = true;
      clearInterval(timer);
      const looked = lookingNext ?? looking;
      // A look at a Redis that is away is not waited for.
      await Promise.all([unsubscribe?.(), looked && atMost(CLOSE_WITHIN_MS, looked)]);
    },
  };
}
