/** What the native addon needs of the process. Imported before TensorFlow.js, for its effects. */
import util from 'node:util';

// The addon's JavaScript calls a function that Node 23 took away.
const utilities: { isNullOrUndefined?: (value: unknown) => boolean } = util;
utilities.isNullOrUndefined ??= (value) => value === null || value === undefined;

// Read once, when the library loads: its notes on the processor would stand between a service's JSON logs. Errors still come through.
process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
