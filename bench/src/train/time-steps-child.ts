// Run as a process: the number of items and of steps, and the timing is sent to the parent.
import { timeSteps } from './time-steps.js';

const [items, steps] = process.argv.slice(2).map(Number);
process.send?.(timeSteps(items!, steps!), () => process.disconnect());
