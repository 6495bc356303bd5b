export { LabError } from './lab-error.js';
export { readExperiments, type DataPlaces, type Experiment } from './experiment-file.js';
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
