import { runService } from '@click-recall/runtime';
import { startIngest } from './service.js';

await runService('ingest', async (context) => void (await startIngest(context)));
