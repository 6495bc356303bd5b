import { createSequenceEncoder, documentModelConfig, type TrainingBatch } from '@click-recall/model';

const warmUpSteps = 5;

export interface Timing {
  readonly items: number;
  /** Median. */
  readonly msPerStep: number;
  /** Median processor time a step, all threads: what to compare on a busy machine. */
  readonly cpuMsPerStep: number;
  readonly min: number;
  readonly max: number;
  readonly residentMb: number;
}

/** Steps of the document's encoder without dropout, on one batch. */
export function timeSteps(itemCount: number, steps: number): Timing {
  const { encoder: config, training } = documentModelConfig;
  const encoder = createSequenceEncoder({ ...config, dropout: 0 }, itemCount, training.seed);
  const batch = randomBatch(training.batchSize, config.sequenceLength, itemCount);
  const times: number[] = [];
  const cpuTimes: number[] = [];
  for (let step = -warmUpSteps; step < steps; step++) {
    const cpuStart = process.cpuUsage();
    const start = performance.now();
    encoder.trainStep(batch, training);
    if (step < 0) continue;
    times.push(performance.now() - start);
    const { user, system } = process.cpuUsage(cpuStart);
    cpuTimes.push((user + system) / 1000);
  }
  encoder.dispose();
  times.sort((a, b) => a - b);
  cpuTimes.sort((a, b) => a - b);
  return {
    items: itemCount,
    msPerStep: times[Math.floor(times.length / 2)]!,
    cpuMsPerStep: cpuTimes[Math.floor(cpuTimes.length / 2)]!,
    min: times[0]!,
    max: times.at(-1)!,
    residentMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
}

/** No padding, items and labels drawn uniformly, as the peer has them. */
function randomBatch(batch: number, length: number, itemCount: number): TrainingBatch {
  const draw = (): Int32Array =>
    Int32Array.from({ length: batch * length }, () => 1 + Math.floor(Math.random() * itemCount));
  const hotWeights = new Float32Array(batch * length).fill(Math.log(1 / itemCount));
  return { batch, length, items: draw(), labels: draw(), hotWeights };
}
