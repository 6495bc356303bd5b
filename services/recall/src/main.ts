import { runService } from '@click-recall/runtime';
import { startRecall } from './service.js';

await runService('recall', startRecall);
