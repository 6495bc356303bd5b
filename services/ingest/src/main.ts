import { runService } from '@click-recall/runtime';
import { setFlagsFromString } from 'node:v8';
import { startIngest } from './service.js';

// What a batch leaves behind is short-lived, yet V8 lets a busy heap grow up to fourfold before it collects all of it. Less than
// twofold costs little and keeps the process under 300 MB while it catches up.
setFlagsFromString('--heap-growing-percent=70');

await runService('ingest', startIngest);
