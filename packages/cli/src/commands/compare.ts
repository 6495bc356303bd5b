import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Comparison, Experiment } from '@click-recall/lab';
import { InvalidArgumentError } from 'commander';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import type { AddCommand } from '../program.js';

interface CompareOptions {
  readonly out?: string;
  readonly page?: string;
  readonly jsonFile?: string;
  readonly dataFolder?: string;
  readonly dataset?: ReadonlyMap<string, string>;
  readonly keepRepeats?: boolean;
  readonly fresh?: boolean;
}

export const addCompare: AddCommand = (program, run) => {
  program
    .command('compare')
    .description(
      'train the models of experiment files, and compare them by one protocol; goes on after an interruption',
    )
    .argument('<config...>', 'YAML files of experiments')
    .option('--out <folder>', 'where a folder for every run is made (default: lab in the data folder)')
    .option('--page <file>', 'the HTML page (default: in the folder, named after the first file)')
    .option('--json-file <file>', 'the tables as one JSON document, beside what is printed')
    .option('--data-folder <folder>', 'where relative paths of data begin (default: beside the experiment file)')
    .option('--dataset <name=file>', 'the file of a data set; may be given several times', namedFile)
    .option('--keep-repeats', "another protocol: every click counts, not only a user's first on an item")
    .option('--fresh', 'train anew what was finished or interrupted before')
    .addHelpText(
      'after',
      '\nExample:\n  click-recall compare bench/configs/ml-100k.yaml --data-folder ../data --out /tmp/lab',
    )
    .action(
      run<CompareOptions>(async (context, options, ...files) => {
        const { output, dataFolder } = context;
        // TensorFlow and the plots take a second to load, which no other command should wait for.
        const { comparisonJson, comparisonPage, formatComparison, LabError } = await import('@click-recall/lab');
        const configs = files.flat().filter((file) => file !== undefined);
        const folder = options.out === undefined ? join(dataFolder, 'lab') : resolve(options.out);
        const comparison = await trained(context, options, configs, folder).catch((error: unknown) => {
          if (context.signal.aborted)
            output.note('\ninterrupted: the same command goes on from the last finished epoch');
          throw error instanceof LabError ? new CliError(error.message) : error;
        });
        const first = configs[0] ?? 'comparison';
        const page = resolve(options.page ?? join(folder, `${basename(first, extname(first))}.html`));
        await write(page, await comparisonPage(comparison));
        const document = { page, ...(comparisonJson(comparison) as object) };
        if (options.jsonFile !== undefined)
          await write(resolve(options.jsonFile), `${JSON.stringify(document, undefined, 2)}\n`);
        output.note(`\n${pathToFileURL(page).href}\n`);
        output.result(() => formatComparison(comparison), document);
        const failed = failures(comparison);
        if (failed > 0) throw new CliError(`${failed} of the runs failed; the table says why`);
      }),
    );
};

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

async function trained(
  { output, stderr, signal }: CliContext,
  { dataFolder, dataset: dataPaths, keepRepeats, fresh = false }: CompareOptions,
  configs: readonly string[],
  folder: string,
): Promise<Comparison> {
  const { compare, createProgress, readExperiments } = await import('@click-recall/lab');
  const experiments: Experiment[] = [];
  for (const config of configs)
    experiments.push(...(await readExperiments(config, { dataFolder, dataPaths, keepRepeats })));
  const observer = createProgress(output.json ? { write: () => undefined } : stderr);
  return compare({ experiments, folder, fresh, observer, signal });
}

function failures({ tables }: Comparison): number {
  return tables.flatMap(({ rows }) => rows.flatMap(({ runs }) => runs.filter(({ failure }) => failure !== undefined)))
    .length;
}

function namedFile(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('expected NAME=FILE.');
  return new Map([...before, [text.slice(0, at), text.slice(at + 1)]]);
}
