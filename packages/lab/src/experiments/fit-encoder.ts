import {
  trainEncoder,
  type EpochReport,
  type LabelledSequences,
  type RankingMetrics,
  type SequenceBatch,
  type SequenceEncoder,
  type TrainingConfig,
  type TrainResult,
  type TrainState,
} from '@click-recall/model';
import type { EpochRow, ExperimentRequest, Figures } from '../experiment-kind.js';

export interface FitEncoderRequest extends Pick<
  ExperimentRequest<unknown>,
  'checkpoints' | 'onStep' | 'onEpoch' | 'signal'
> {
  /** Trained in place. */
  readonly encoder: SequenceEncoder;
  readonly train: SequenceBatch;
  readonly validation: LabelledSequences;
  readonly config: TrainingConfig;
  /** Epochs of the whole run, which may go on behind the encoder. */
  readonly epochs: number;
}

/** Trains an encoder from its last checkpoint on. Rejects with the signal's reason once that is aborted. */
export async function fitEncoder(request: FitEncoderRequest): Promise<TrainResult> {
  const { encoder, train, validation, config, epochs, checkpoints, onStep, onEpoch, signal } = request;
  const result = await trainEncoder({
    encoder,
    train,
    validation,
    config,
    beforeStep: untilAborted(signal),
    onStep: (step) => onStep({ ...step, epochs }),
    onEpoch: (report) => onEpoch(epochRow(report, epochs)),
    onState: (state) => checkpoints.save(state()),
    // Saved by the line above, by a run of the same settings on the same data.
    resume: (await checkpoints.load()) as TrainState | undefined,
  });
  signal.throwIfAborted();
  return result;
}

/** What a training asks before each step. */
export function untilAborted(signal: AbortSignal): () => Promise<'continue' | 'cancel'> {
  return async () => (signal.aborted ? 'cancel' : 'continue');
}

/** An epoch of a training that ranks clicks, as one of `epochs`. */
export function epochRow(report: EpochReport, epochs: number): EpochRow {
  const { epoch, loss, milliseconds, validation } = report;
  return { epoch, epochs, loss, milliseconds, ...(validation && { validation: validationFigures(validation) }) };
}

export function validationFigures({ hr, ndcg }: RankingMetrics): Figures {
  return { 'HR@10': hr, 'NDCG@10': ndcg };
}

/** Numbers that are learned. */
export function parameterCount(parameters: ReadonlyMap<string, { readonly value: Float32Array }>): number {
  return [...parameters.values()].reduce((sum, { value }) => sum + value.length, 0);
}
