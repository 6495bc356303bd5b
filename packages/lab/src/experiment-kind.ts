import type { Dataset } from '@click-recall/datasets';
import type { Protocol } from './protocol/protocol.js';

/**
 * A network that can be trained and measured: what stands in a file of `experiments/`. Kinds of the same task have the same
 * figures and stand in the same table.
 */
export interface ExperimentKind<Settings = unknown> {
  /** `model.network` of the experiments that are of this kind. */
  readonly network: string;
  /**
   * `next-item`: the next click among all items. `retrieval`: the item of a row among all items. `click-through`: whether a
   * row is positive.
   */
  readonly task: 'next-item' | 'retrieval' | 'click-through';
  /** The figure of the validation split that is shown while training, by its name in `EpochRow.validation`. */
  readonly watched: string;
  /**
   * Checks `model` without its `network`, and completes it with defaults. What is returned is plain JSON.
   *
   * @throws ModelConfigError naming the field within `model`; for a protocol that does not suit with field `protocol.kind`
   */
  parse(model: Readonly<Record<string, unknown>>, protocol: Protocol): Settings;
  /** What of the settings belongs to the protocol, in words: `the newest 200 clicks of a sequence are looked at`. */
  describe(settings: Settings): readonly string[];
  /** As `family` of an outcome, where the settings alone say it. */
  family?(settings: Settings): string;
  /** Trains on the training split, chooses by the validation split, and then looks at the test split, once. */
  train(request: ExperimentRequest<Settings>): Promise<ExperimentOutcome>;
  /** What every model of this task is measured against, on the same data by the same protocol. */
  baselines?(request: BaselineRequest): Promise<readonly BaselineOutcome[]>;
}

export interface ExperimentRequest<Settings> {
  readonly settings: Settings;
  readonly protocol: Protocol;
  /** Only what counts by the protocol, before any split. The same object for all seeds and kinds: not to be changed. */
  readonly data: Dataset;
  /** Of weights and batches; in place of any seed within the settings. */
  readonly seed: number;
  /** This run's own, there already; for files beside those that the laboratory writes. */
  readonly folder: string;
  /** Saved after every epoch and loaded at the start: an interrupted run ends with what it had come to without interruption. */
  readonly checkpoints: CheckpointStore;
  readonly onStep: (step: StepRow) => void;
  /** Once for every epoch that ends in this process; those of a checkpoint are not reported again. */
  readonly onEpoch: (epoch: EpochRow) => void;
  /** Asked between steps; when aborted, `train` rejects with its reason and the last checkpoint stays. */
  readonly signal: AbortSignal;
}

/** The state of one run between two epochs. What is saved replaces what was there, wholly or not at all. */
export interface CheckpointStore {
  /** What was saved last by a run of the same settings on the same data; undefined when there is none. */
  load(): Promise<unknown>;
  /** Anything that a structured clone keeps: objects, arrays, maps, typed arrays, numbers, text. */
  save(state: unknown): Promise<void>;
}

export interface StepRow {
  /** From 1. */
  readonly epoch: number;
  /** At most so many. */
  readonly epochs: number;
  /** From 1, within the epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly loss: number;
}

/** Figures by the names that tables show: `NDCG@10`, `AUC`, `log loss`. A figure that cannot be known is left out. */
export type Figures = Readonly<Record<string, number>>;

export interface EpochRow {
  /** From 1; a kind that looks more often than once an epoch may report fractions. */
  readonly epoch: number;
  /** At most so many. */
  readonly epochs: number;
  readonly loss: number;
  readonly validation?: Figures;
  readonly milliseconds: number;
}

export interface ExperimentOutcome {
  /** Of the test split, looked at once, with the weights that the validation split chose. */
  readonly test: Figures;
  /** Of the validation split, at the chosen epoch; absent where none chose. */
  readonly validation?: Figures;
  readonly chosenEpoch: number;
  readonly stoppedEarly: boolean;
  /** All epochs, those before an interruption too. */
  readonly epochs: readonly EpochRow[];
  /** Trained numbers. */
  readonly parameters: number;
  /** Layers, where the settings vary it: figures are plotted over it. */
  readonly depth?: number;
  /** Lines of a kind's own in "figure by depth" and "AUC by parameters": `stacked`, `parallel`. The network unless given. */
  readonly family?: string;
  /** How many users, rows, ... the figures are of: `{ users: 943 }`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly tables?: readonly ExtraTable[];
  readonly plots?: readonly ExtraPlot[];
}

export interface BaselineRequest {
  readonly protocol: Protocol;
  readonly data: Dataset;
  readonly signal: AbortSignal;
}

export interface BaselineOutcome {
  readonly name: string;
  readonly test: Figures;
  readonly validation?: Figures;
  readonly parameters?: number;
}

/** A table of its own under the run's name. */
export interface ExtraTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A plot of its own; those of the same title of several runs stand side by side. */
export interface ExtraPlot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly mark: 'line' | 'points' | 'bars';
  readonly logarithmic?: boolean;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
}
