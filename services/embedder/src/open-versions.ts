import { spacesOf, type Encoders, type Spaces, type VersionedEncoder } from '@click-recall/encoding';
import type { ActivationStore, Lift, ModelStore } from '@click-recall/redis';
import { DamagedModelError, UnknownModelError } from '@click-recall/registry';
import { isRetriable, messageOf, RetriableError, type Logger } from '@click-recall/runtime';

/** A model version ready to write vectors of. */
export interface OpenVersion {
  readonly version: string;
  readonly encoder: VersionedEncoder;
  readonly spaces: Spaces;
}

/** The versions that a new user vector must be written to. */
export interface WritableVersions {
  readonly live: OpenVersion | undefined;
  readonly building: readonly OpenVersion[];
}

export interface OpenVersionsOptions {
  readonly activations: Pick<ActivationStore, 'readWithBuilding' | 'removeBuilding'>;
  readonly models: Pick<ModelStore, 'get'>;
  readonly encoders: Pick<Encoders, 'get' | 'keepOnly'>;
  readonly logger: Pick<Logger, 'error'>;
  /** Told at each change: the live version, or why it cannot be used. */
  readonly onLive?: (state: { readonly version: string | null; readonly problem?: string }) => void;
}

/**
 * Reads which versions are live and being built, and opens them. To be asked after a batch was fetched and before the sequences
 * are read: then a version that joins later reads sequences that are at least as new.
 *
 * Rejects with a RetriableError when the live version cannot be opened: its vectors must not fall behind in silence. Only where its files are
 * damaged and another one is being built to take its place are they left behind, or that one could never be activated. A version
 * being built that cannot be opened is given up (its activation then refuses), since clicks must not wait for it.
 */
export function createOpenVersions(options: OpenVersionsOptions): () => Promise<WritableVersions> {
  const { activations, models, encoders, logger, onLive } = options;
  const lifts = new Map<string, Lift>();

  const open = async (version: string, known?: Lift): Promise<OpenVersion> => {
    const lift = known ?? lifts.get(version) ?? (await models.get(version))?.lift;
    if (!lift) throw new Error(`model version ${version} has no lift: its build has not begun`);
    lifts.set(version, lift);
    const encoder = await encoders.get(version);
    return { version, encoder, spaces: spacesOf(version, encoder.dim, lift) };
  };

  const openLive = async (version: string, lift: Lift, isReplaced: boolean): Promise<OpenVersion | undefined> => {
    try {
      const opened = await open(version, lift);
      onLive?.({ version });
      return opened;
    } catch (error) {
      onLive?.({ version, problem: messageOf(error) });
      if (isReplaced && (error instanceof DamagedModelError || error instanceof UnknownModelError)) return undefined;
      throw new RetriableError(`the live model ${version} cannot be used: ${messageOf(error)}`, { cause: error });
    }
  };

  const openBuilding = async (version: string): Promise<OpenVersion | undefined> => {
    try {
      return await open(version);
    } catch (error) {
      if (isRetriable(error)) throw error;
      logger.error({ err: error, version }, `model ${version} cannot be used; its build is given up`);
      await activations.removeBuilding(version);
      return undefined;
    }
  };

  return async () => {
    const { activation, building } = await activations.readWithBuilding();
    const others = building.filter((version) => version !== activation?.encoder);
    const live = activation ? await openLive(activation.encoder, activation.lift, others.length > 0) : undefined;
    if (!activation) onLive?.({ version: null });
    const opened = await Promise.all(others.map(openBuilding));
    const wanted = activation ? [activation.encoder, ...others] : others;
    encoders.keepOnly(wanted);
    for (const version of lifts.keys()) if (!wanted.includes(version)) lifts.delete(version);
    return { live, building: opened.filter((version) => version !== undefined) };
  };
}
