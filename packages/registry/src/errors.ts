/** No such version in the registry. */
export class UnknownModelError extends Error {
  override readonly name = 'UnknownModelError';
  readonly version: string;

  constructor(version: string) {
    super(`the registry has no model version ${JSON.stringify(version)}`);
    this.version = version;
  }
}

/** A stored version is not what was written; `file` says where. */
export class DamagedModelError extends Error {
  override readonly name = 'DamagedModelError';
  readonly version: string;
  readonly file: string;

  constructor(version: string, file: string, problem: string) {
    super(`model version ${version} is damaged: ${file}: ${problem}`);
    this.version = version;
    this.file = file;
  }
}

/** Versions are immutable: this one is there already. */
export class ModelExistsError extends Error {
  override readonly name = 'ModelExistsError';
  readonly version: string;

  constructor(version: string) {
    super(`model version ${version} is in the registry already and is never changed`);
    this.version = version;
  }
}

/** `REGISTRY_URL` names a kind of store that there is none for. */
export class RegistryUrlError extends Error {
  override readonly name = 'RegistryUrlError';
}
