import { runService } from '@click-recall/runtime';
import { startConsole } from './service.js';

await runService('console', startConsole);
