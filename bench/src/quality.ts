import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  createSequenceEncoder,
  evaluateFullRanking,
  evaluateMarkov,
  evaluatePopularity,
  parseModelConfig,
  splitLeaveOneOut,
  trainEncoder,
  type RankingMetrics,
} from '@click-recall/model';
import { readInteractions } from './read-interactions.js';
import { print } from './print.js';

const protocol =
  'last item test, the one before validation, ranked among all items but the seen ones, ties against the model; the validation split chooses the epoch';

/**
 * Trains on a file of clicks and prints HR@10 and NDCG@10 on the test split, beside popularity and Markov.
 * `--data FILE [--epochs N] [--config FILE]`: FILE holds settings as MODEL_CONFIG has them.
 */
export async function run(args: string[], options: { json: boolean }): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { data: { type: 'string' }, epochs: { type: 'string' }, config: { type: 'string' } },
  });
  if (values.data === undefined) throw new Error('quality needs --data FILE');
  const config = parseModelConfig(values.config === undefined ? {} : JSON.parse(await readFile(values.config, 'utf8')));
  const training = parseModelConfig({
    training: { ...config.training, ...(values.epochs !== undefined && { epochs: Number(values.epochs) }) },
  }).training;

  const { sequences, itemCount } = await readInteractions(values.data);
  const { train, validation, test } = splitLeaveOneOut(sequences);
  const encoder = createSequenceEncoder(config.encoder, itemCount, training.seed);
  const start = performance.now();
  const result = await trainEncoder({
    encoder,
    train,
    validation,
    config: training,
    onEpoch: ({ epoch, loss, validation: metrics, milliseconds }) => {
      if (options.json || metrics === undefined) return;
      const seconds = (milliseconds / 1000).toFixed(1);
      print(`epoch ${epoch}  loss ${loss.toFixed(4)}  validation ${figures(metrics)}  ${seconds} s`);
    },
  });
  const seconds = (performance.now() - start) / 1000;
  const report = {
    bench: 'quality',
    protocol,
    data: { users: test.targets.length, items: itemCount, clicks: sequences.items.length },
    config: { encoder: config.encoder, training },
    trainedEpochs: result.epochs.length,
    bestEpoch: result.bestEpoch,
    trainingSeconds: Math.round(seconds),
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    validation: result.bestValidation,
    model: await evaluateFullRanking({ encoder, ...test }),
    popularity: evaluatePopularity({ train, itemCount, ...test }),
    markov: evaluateMarkov({ train, itemCount, ...test }),
  };
  encoder.dispose();
  print(options.json ? JSON.stringify(report) : table(report));
}

interface Report {
  readonly data: { readonly users: number; readonly items: number; readonly clicks: number };
  readonly trainedEpochs: number;
  readonly bestEpoch: number;
  readonly trainingSeconds: number;
  readonly peakMemoryMb: number;
  readonly model: RankingMetrics;
  readonly popularity: RankingMetrics;
  readonly markov: RankingMetrics;
}

function table({ data, model, popularity, markov, ...report }: Report): string {
  return [
    `${data.clicks} clicks of ${data.users} users on ${data.items} items; ${protocol}`,
    `best epoch ${report.bestEpoch} of ${report.trainedEpochs}, ${report.trainingSeconds} s, ${report.peakMemoryMb} MB at most`,
    `sequence encoder  ${figures(model)}`,
    `Markov            ${figures(markov)}`,
    `popularity        ${figures(popularity)}`,
  ].join('\n');
}

function figures({ hr, ndcg }: RankingMetrics): string {
  return `HR@10 ${hr.toFixed(4)}  NDCG@10 ${ndcg.toFixed(4)}`;
}
