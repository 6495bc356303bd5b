/** Where a version lies and what it is made of. */
export interface ArtifactInfo {
  readonly version: string;
  /** Address of the version, as kept in its model record. */
  readonly url: string;
  /** All files together. */
  readonly bytes: number;
  readonly files: number;
}

/** Immutable model versions: a set of named files each. Any number of processes may use one registry. */
export interface Registry {
  /**
   * To be called before long work whose result is to be written as `version`, by the one process that may write it: removes what an earlier
   * attempt has left half written. Rejects with the system's error where nothing can be written.
   */
  prepare(version: string): Promise<void>;
  /** Removes what processes that died have left half written (nothing of it changed for an hour) or half removed. */
  tidy(): Promise<void>;
  /** All or nothing. Throws a ModelExistsError for a version that is there already. */
  write(version: string, files: ReadonlyMap<string, Uint8Array>): Promise<ArtifactInfo>;
  /** Every file, checked against what was written. Throws UnknownModelError or DamagedModelError. */
  read(version: string): Promise<Map<string, Uint8Array>>;
  /** One file, checked likewise. Throws UnknownModelError or DamagedModelError (also where the version has no such file). */
  readFile(version: string, file: string): Promise<Uint8Array>;
  has(version: string): Promise<boolean>;
  /** When it was written, ms since the epoch: later than its id says, which is of the time of its job. Throws UnknownModelError. */
  writtenAt(version: string): Promise<number>;
  /** Oldest first. */
  list(): Promise<string[]>;
  /** Nothing happens where there is no such version. */
  remove(version: string): Promise<void>;
}
