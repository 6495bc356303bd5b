export { openPipeline, type PipelineAccess } from './access.js';
export { publishReplay, readReplay, type ReplayInput, type ReplayPublisher } from './replay/replay-file.js';
export { keepRunning, type KeepRunningOptions, type Process } from './stack/keep-running.js';
export { readCpuSeconds, readResidentMb } from './stack/process-usage.js';
export { isRunning, readRunState, type Connection, type RunState } from './stack/run-state.js';
export { describeEpoch, describeRanker, describeRankerMetrics, describeStep } from './start/describe-flow.js';
export { runStart, type StartContext } from './start/run-start.js';
export { startService, type ServiceProcess, type ServiceSpec } from './stack/service-process.js';
