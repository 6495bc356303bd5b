import { runService } from '@click-recall/runtime';
import { startEmbedder } from './service.js';

await runService('embedder', startEmbedder);
