import { runService } from '@click-recall/runtime';
import { startConsole } from './service.js';

await runService('console', async (context) => void (await startConsole(context)));
