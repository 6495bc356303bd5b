import { medianFigures, median } from './figures.js';
import type { Experiment } from './experiment-file.js';
import type { ExperimentKind, Figures } from './experiment-kind.js';
import { describeProtocol, protocolName } from './protocol/protocol.js';
import type { BaselineResult } from './runs/child-protocol.js';
import type { RunCost, RunResult } from './runs/run-experiment.js';

/** What `compare` found: a table for every data set, protocol and task, since figures compare within one alone. */
export interface Comparison {
  readonly tables: readonly ComparisonTable[];
}

export interface ComparisonTable {
  readonly data: { readonly name: string } & BaselineResult['counts'];
  readonly task: ExperimentKind['task'];
  /** In words, every part of it. */
  readonly protocol: readonly string[];
  readonly protocolName: string;
  /** Baselines first. */
  readonly rows: readonly ComparisonRow[];
}

export interface ComparisonRow {
  readonly label: string;
  /** `undefined` for a baseline. */
  readonly name?: string;
  readonly network?: string;
  /** Beside the table's protocol: what holds for this row. */
  readonly protocol: readonly string[];
  /** Medians over the seeds that were trained; absent where none could be. */
  readonly test?: Figures;
  readonly validation?: Figures;
  readonly parameters?: number;
  readonly depth?: number;
  readonly family?: string;
  readonly cost?: RunCost;
  readonly runs: readonly ComparisonRun[];
}

export interface ComparisonRun {
  readonly seed: number;
  readonly folder: string;
  readonly result?: RunResult;
  /** Why there is no result. */
  readonly failure?: string;
}

export interface TableInput {
  readonly experiments: readonly { readonly experiment: Experiment; readonly runs: readonly ComparisonRun[] }[];
  readonly baselines: BaselineResult;
}

/** The experiments are of one data set, protocol and task. */
export function comparisonTable({ experiments, baselines }: TableInput): ComparisonTable {
  const { data, protocol, kind } = experiments[0]!.experiment;
  return {
    data: { name: data.name, ...baselines.counts },
    task: kind.task,
    protocol: describeProtocol(protocol),
    protocolName: protocolName(protocol),
    rows: [
      ...baselines.baselines.map(({ name, ...rest }): ComparisonRow => ({
        label: name,
        protocol: [],
        runs: [],
        ...rest,
      })),
      ...experiments.map(({ experiment, runs }) => modelRow(experiment, runs)),
    ],
  };
}

function modelRow({ name, label, kind, settings }: Experiment, runs: readonly ComparisonRun[]): ComparisonRow {
  const row = { label, name, network: kind.network, protocol: kind.describe(settings), runs };
  const results = runs.flatMap(({ result }) => (result ? [result] : []));
  const first = results[0];
  if (!first) return row;
  const { parameters, depth, family = kind.family?.(settings) } = first.outcome;
  const validations = results.flatMap(({ outcome }) => (outcome.validation ? [outcome.validation] : []));
  const middle = (of: (cost: RunCost) => number): number => median(results.map(({ cost }) => of(cost)));
  return {
    ...row,
    test: medianFigures(results.map(({ outcome }) => outcome.test)),
    ...(validations.length > 0 && { validation: medianFigures(validations) }),
    parameters,
    ...(depth !== undefined && { depth }),
    ...(family !== undefined && { family }),
    cost: {
      trainingSeconds: middle(({ trainingSeconds }) => trainingSeconds),
      secondsToChosen: middle(({ secondsToChosen }) => secondsToChosen),
      peakMemoryMb: Math.max(...results.map(({ cost }) => cost.peakMemoryMb)),
    },
  };
}

/** What of the protocol holds for some of the rows alone, or for all models but not for the baselines, each in a line. */
export function rowProtocols(rows: readonly ComparisonRow[]): string[] {
  const models = rows.filter(({ name }) => name !== undefined);
  const parts = [...new Set(models.flatMap(({ protocol }) => protocol))];
  return parts.map((part) => {
    const which = models.filter(({ protocol }) => protocol.includes(part)).map(({ label }) => label);
    const all = which.length === models.length;
    return all ? `every model: ${part}` : `${which.map((label) => `“${label}”`).join(', ')}: ${part}`;
  });
}

/** Why some runs have no result, each in a line. */
export function failures(rows: readonly ComparisonRow[]): string[] {
  return rows.flatMap(({ label, runs }) =>
    runs.flatMap(({ seed, failure }) => (failure === undefined ? [] : [`“${label}”, seed ${seed} failed: ${failure}`])),
  );
}

/** For scripts: without curves and plots, which lie in the folders of the runs. */
export function comparisonJson({ tables }: Comparison): unknown {
  return {
    tables: tables.map((table) => ({
      ...table,
      rows: table.rows.map(({ runs, ...row }) => ({
        ...row,
        runs: runs.map(({ result, ...run }) => ({
          ...run,
          ...(result && {
            test: result.outcome.test,
            validation: result.outcome.validation,
            chosenEpoch: result.outcome.chosenEpoch,
            trainedEpochs: result.outcome.epochs.at(-1)?.epoch ?? 0,
            stoppedEarly: result.outcome.stoppedEarly,
            cost: result.cost,
          }),
        })),
      })),
    })),
  };
}
