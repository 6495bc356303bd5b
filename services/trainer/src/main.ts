import { runService } from '@click-recall/runtime';
import { startTrainer } from './service.js';

await runService('trainer', startTrainer);
