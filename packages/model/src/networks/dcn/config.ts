import { boolean, integer, number, oneOf, section, type Check, type Fields, share } from '../../config-checks.js';
import { ModelConfigError } from '../../errors.js';

/** Deep and cross network: field embeddings, cross layers and a DNN beside or after each other, one linear output. */
export interface DcnConfig {
  readonly network: 'dcn';
  /** Length of a feature's vector. */
  readonly embedding: number;
  /** `v2`: a full matrix a layer. `mix`: gated experts of low rank. */
  readonly cross: 'v2' | 'mix';
  /** Cross layers. */
  readonly order: number;
  /** Of an expert's matrices; `mix` only. */
  readonly rank: number;
  /** A cross layer's; `mix` only. */
  readonly experts: number;
  /** Widths of the DNN's layers. */
  readonly hidden: readonly number[];
  readonly method: 'parallel' | 'stacked';
  /** Share of values dropped after each layer of the DNN while training. */
  readonly dropout: number;
  /** Share of values of the field vectors dropped while training. */
  readonly inputDropout: number;
  /** Adds a weight a feature to the output, as in a factorization machine. */
  readonly linearTerm: boolean;
  /** Of batch normalisation. */
  readonly normEpsilon: number;
}

/** Factorization machine, the baseline. */
export interface FmConfig {
  readonly network: 'fm';
  /** Length of a feature's vector. */
  readonly embedding: number;
}

export type ClickModelConfig = DcnConfig | FmConfig;

export const defaultDcnConfig: DcnConfig = {
  network: 'dcn',
  embedding: 16,
  cross: 'mix',
  order: 1,
  rank: 16,
  experts: 4,
  hidden: [128, 64, 32],
  method: 'parallel',
  dropout: 0.1,
  inputDropout: 0,
  linearTerm: false,
  normEpsilon: 1e-5,
};

export const defaultFmConfig: FmConfig = { network: 'fm', embedding: 4 };

export const dcnFields: Fields<DcnConfig> = {
  network: oneOf('dcn'),
  embedding: integer(1, 4096),
  cross: oneOf('v2', 'mix'),
  order: integer(0, 32),
  rank: integer(1, 4096),
  experts: integer(1, 256),
  hidden: widths,
  method: oneOf('parallel', 'stacked'),
  dropout: share,
  inputDropout: share,
  linearTerm: boolean,
  normEpsilon: number('above 0', (value) => value > 0),
};

const fmFields: Fields<FmConfig> = { network: oneOf('fm'), embedding: integer(1, 4096) };

/**
 * Settings of a click model from parsed JSON, told apart by `network`; what is left out has its default. Throws a
 * ModelConfigError naming the first field that is unknown or out of range.
 */
export function parseClickModelConfig(input: unknown, name = 'model'): ClickModelConfig {
  const network = (input as { network?: unknown } | null | undefined)?.network ?? 'dcn';
  switch (network) {
    case 'dcn':
      return section(name, input, dcnFields, defaultDcnConfig);
    case 'fm':
      return section(name, input, fmFields, defaultFmConfig);
    default:
      throw new ModelConfigError(`${name}.network`, 'dcn or fm', network);
  }
}

function widths(field: string, value: unknown): void {
  if (!Array.isArray(value) || value.length === 0) {
    throw new ModelConfigError(field, 'a list of at least one width', value);
  }
  const check: Check = integer(1, 65_536);
  value.forEach((width: unknown, index) => check(`${field}[${index}]`, width));
}
