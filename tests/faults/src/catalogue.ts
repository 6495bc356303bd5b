import type { Row } from './row.js';
import { killIngest } from './rows/kill-ingest.js';
import { soak } from './rows/soak.js';

/** Every row of the fault table, in its order. */
export const ROWS: readonly Row[] = [killIngest, soak];
