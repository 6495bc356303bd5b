import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { datasetName, detectFormat } from '@click-recall/datasets';
import {
  compare,
  comparisonJson,
  comparisonPage,
  createProgress,
  formatComparison,
  LabError,
  readExperiments,
  type Experiment,
} from '@click-recall/lab';
import { parseModelConfig } from '@click-recall/model';
import { print } from './print.js';

const options = {
  data: { type: 'string' },
  epochs: { type: 'string' },
  config: { type: 'string' },
  'data-folder': { type: 'string' },
  'keep-repeats': { type: 'boolean' },
  out: { type: 'string' },
} as const;

/**
 * Trains and compares by the laboratory: `CONFIG.yaml... [--data-folder DIR] [--keep-repeats] [--out DIR]` as `click-recall compare` does, going
 * on where it was interrupted; or one sequence encoder on a file of clicks, `--data FILE [--epochs N] [--config FILE]`, where
 * FILE holds settings as MODEL_CONFIG has them.
 */
export async function run(args: string[], { json }: { json: boolean }): Promise<void> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (positionals.length === 0 && values.data === undefined)
    throw new LabError('quality needs a CONFIG, or --data FILE');
  const temporary = values.out === undefined && positionals.length === 0;
  const folder = temporary
    ? await mkdtemp(join(tmpdir(), 'click-recall-quality-'))
    : resolve(values.out ?? join('.data', 'lab'));
  try {
    const read = { dataFolder: values['data-folder'], keepRepeats: values['keep-repeats'] };
    const experiments: Experiment[] = [];
    for (const file of positionals) {
      experiments.push(...(await readExperiments(file, read)));
    }
    if (values.data !== undefined) experiments.push(...(await oneEncoder(values.data, values, folder)));
    const comparison = await compare({
      experiments,
      folder,
      observer: createProgress(json ? { write: () => undefined } : process.stderr),
      signal: new AbortController().signal,
    });
    if (!temporary) {
      const page = join(folder, 'quality.html');
      await writeFile(page, await comparisonPage(comparison));
      if (!json) print(`${pathToFileURL(page).href}\n`);
    }
    const result = { bench: 'quality', ...(comparisonJson(comparison) as object) };
    print(json ? JSON.stringify(result) : formatComparison(comparison));
  } finally {
    if (temporary) await rm(folder, { recursive: true });
  }
}

async function oneEncoder(
  data: string,
  { config, epochs }: { readonly config?: string | undefined; readonly epochs?: string | undefined },
  folder: string,
): Promise<Experiment[]> {
  const given = parseModelConfig(config === undefined ? {} : JSON.parse(await readFile(config, 'utf8')));
  const training = { ...given.training, ...(epochs !== undefined && { epochs: Number(epochs) }) };
  const { encoder } = parseModelConfig({ ...given, training });
  const { network } = encoder;
  const path = resolve(data);
  const experiment = {
    name: `quality-${datasetName(data)}`.replaceAll(/[^\w.+-]/g, '-'),
    label: 'sequence encoder',
    data: { format: await detectFormat(path), path },
    protocol: { kind: 'leave-one-out' },
    seeds: [training.seed],
    model: { network, encoder, training },
  };
  // JSON is YAML, so that what is run here is checked and kept as any other experiment.
  const file = join(folder, 'quality.yaml');
  await mkdir(folder, { recursive: true });
  await writeFile(file, JSON.stringify(experiment));
  return readExperiments(file);
}
