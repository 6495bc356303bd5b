import type { TrainingConfig } from '../config.js';

/** The learning rate of a step, from 1, of `steps` in all: an even rise over the warm-up, then as the schedule says. */
export function learningRateAt(
  { learningRate, schedule, warmupSteps }: Pick<TrainingConfig, 'learningRate' | 'schedule' | 'warmupSteps'>,
  step: number,
  steps: number,
): number {
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  switch (schedule) {
    case 'constant':
      return learningRate;
    case 'cosine': {
      // Above 0 in the last step too: 0 is where the step after it would be.
      const gone = (step - warmupSteps - 1) / Math.max(1, steps - warmupSteps);
      return (learningRate * (1 + Math.cos(Math.PI * Math.min(1, gone)))) / 2;
    }
  }
}
