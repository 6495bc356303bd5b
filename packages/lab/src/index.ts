export { LabError } from './lab-error.js';
export { readExperiments, type Experiment, type ReadOptions } from './experiment-file.js';
export { experimentKinds } from './experiments/experiment-kinds.js';
export type {
  BaselineOutcome,
  BaselineRequest,
  CheckpointStore,
  EpochRow,
  ExperimentKind,
  ExperimentOutcome,
  ExperimentRequest,
  ExtraPlot,
  ExtraTable,
  Figures,
  StepRow,
} from './experiment-kind.js';
export { describeProtocol, type LeaveOneOut, type Protocol, type RandomSplit } from './protocol/protocol.js';
export { splitRandomly, type RowSplit } from './protocol/split-randomly.js';
export { userSequences } from './protocol/user-sequences.js';
export { compare, type CompareObserver, type CompareRequest, type RunName } from './compare.js';
export { comparisonJson, type Comparison, type ComparisonRow, type ComparisonTable } from './comparison.js';
export { createProgress, type ProgressStream } from './progress.js';
export { formatComparison } from './format-comparison.js';
export { comparisonPage } from './report/comparison-page.js';
export { runExperiment, type RunRequest, type RunResult } from './runs/run-experiment.js';
