import type { TrainProgress } from '@click-recall/contracts';
import {
  trainEncoder,
  type LabelledSequences,
  type SequenceBatch,
  type SequenceEncoder,
  type TrainingConfig,
} from '@click-recall/model';
import { CancelledError } from '../tasks/task-context.js';
import { betweenSteps, failForGood } from './between-steps.js';
import { requireFinite } from './require-finite.js';

export interface FitRequest {
  readonly encoder: SequenceEncoder;
  readonly train: SequenceBatch;
  /** Chooses the epoch and stops early; without clicks the last epoch stays. */
  readonly validation?: LabelledSequences;
  readonly config: TrainingConfig;
  readonly checkpoint: () => Promise<void>;
  readonly report: (progress: TrainProgress, stepSeconds: number) => void;
}

export interface Fitted {
  /** Of the epoch that was kept. */
  readonly loss: number;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly validationNdcg10: number;
  readonly curve: TrainProgress['curve'];
}

/** Trains the encoder in place. Throws a CancelledError between two steps, and a JobFailedError for a loss that is not finite. */
export async function fit({ encoder, train, validation, config, checkpoint, report }: FitRequest): Promise<Fitted> {
  const curve: TrainProgress['curve'] = [];
  let steps = 1;
  let stepSeconds = 0;
  const held = validation !== undefined && validation.targets.length > 0 ? { validation } : {};
  const result = await trainEncoder({
    encoder,
    train,
    ...held,
    config,
    beforeStep: betweenSteps(checkpoint),
    onStep: ({ epoch, step, stepsPerEpoch, loss }) => {
      report(
        {
          phase: 'training',
          epoch,
          epochs: config.epochs,
          step,
          steps: stepsPerEpoch,
          loss: finite(loss),
          curve: [...curve],
        },
        stepSeconds,
      );
      steps = stepsPerEpoch;
    },
    onEpoch: ({ epoch, loss, validation: looked, milliseconds }) => {
      stepSeconds = milliseconds / 1000 / Math.max(1, steps);
      curve.push({ epoch, loss, validationNdcg10: looked?.ndcg ?? null });
      report(
        { phase: 'training', epoch, epochs: config.epochs, step: steps, steps, loss: finite(loss), curve: [...curve] },
        stepSeconds,
      );
    },
  }).catch(failForGood);
  if (result.status === 'cancelled') throw new CancelledError();
  requireFinite(encoder, validation?.inputs ?? train);
  const kept = result.epochs[result.bestEpoch - 1] ?? result.epochs.at(-1);
  return {
    loss: kept?.loss ?? NaN,
    epochs: result.epochs.length,
    bestEpoch: result.bestEpoch,
    validationNdcg10: result.bestValidation?.ndcg ?? 0,
    curve,
  };
}

/** JSON has no NaN: null says that there is no number. */
function finite(loss: number): number | null {
  return Number.isFinite(loss) ? loss : null;
}
