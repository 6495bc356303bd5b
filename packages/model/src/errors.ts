/** A setting that cannot be; `field` is its path, as in `training.batchSize`. */
export class ModelConfigError extends Error {
  override readonly name = 'ModelConfigError';
  readonly field: string;

  constructor(field: string, expected: string, received: unknown) {
    super(`${field} must be ${expected}, not ${describe(received)}`);
    this.field = field;
  }
}

/** Data that does not fit the model or itself: an item outside the vocabulary, offsets that do not ascend. */
export class ModelInputError extends Error {
  override readonly name = 'ModelInputError';
}

/** A saved model that is damaged, incomplete or not one of ours; `file` says where. */
export class ModelArtifactError extends Error {
  override readonly name = 'ModelArtifactError';
  readonly file: string;

  constructor(file: string, problem: string) {
    super(`${file}: ${problem}`);
    this.file = file;
  }
}

/** Training ran into a loss that is NaN or infinite; the encoder keeps the weights from before that step. */
export class NonFiniteLossError extends Error {
  override readonly name = 'NonFiniteLossError';
  readonly epoch: number;
  readonly step: number;

  constructor(epoch: number, step: number, loss: number) {
    super(`the loss is ${loss} at epoch ${epoch}, step ${step}`);
    this.epoch = epoch;
    this.step = step;
  }
}

/** Longest value that a message shows. */
const MOST_SHOWN = 200;

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  // A number that JSON has no word for would read null.
  if (typeof value === 'number') return String(value);
  const shown = jsonOf(value);
  return shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}...` : shown;
}

/** JSON.parse reads values nested so deep that JSON.stringify runs out of stack over them. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return 'something nested too deep to be shown';
  }
}
