import { computeOnOneThread, runService } from '@click-recall/runtime';

computeOnOneThread();
// Loads TensorFlow.
const { startRecall } = await import('./service.js');

await runService('recall', startRecall);
