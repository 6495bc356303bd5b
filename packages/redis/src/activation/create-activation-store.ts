import type { RedisConnection } from '../connection/redis-connection.js';

/** The versions that are live together. */
export interface Activation {
  /** Model version. */
  readonly encoder: string;
  readonly index: string;
  readonly vocabulary: string;
  /** M of the cosine lift of the items' index and of the users' index. */
  readonly lift: { readonly items: number; readonly users: number };
  readonly ranker: string;
  readonly mapping: string;
  /** ms since the epoch. */
  readonly activatedAt: number;
  /** The encoder that was live before. */
  readonly previous: string | null;
}

export type Activated = 'activated' | { readonly refused: string | null };

/** Which model version is live, and which are being built. */
export interface ActivationStore {
  /** null: none was ever activated. */
  read(): Promise<Activation | null>;
  /** The live version and those being built, in one round trip: every version that a new vector must be written to. */
  readWithBuilding(): Promise<{ activation: Activation | null; building: string[] }>;
  /** Switches in one step if `expectedEncoder` is live (null: none); else answers which one is. */
  compareAndSet(expectedEncoder: string | null, next: Activation): Promise<Activated>;
  /** Calls back at each switch, with the new encoder's version. A notice can be lost while disconnected: poll too. */
  onChange(listener: (encoder: string) => void): Promise<() => Promise<void>>;
  addBuilding(version: string): Promise<void>;
  removeBuilding(version: string): Promise<void>;
  buildingVersions(): Promise<string[]>;
}

export function createActivationStore(
  _redis: RedisConnection,
  _options: { readonly namespace: string },
): ActivationStore {
  throw new Error('not built yet');
}
