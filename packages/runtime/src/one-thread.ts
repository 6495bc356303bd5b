/**
 * Keeps TensorFlow to one thread of its own, for a service whose runs take a millisecond or two: handing parts of them to several
 * threads costs more than it saves. To be called before the library loads; what the environment says already stays.
 */
export function computeOnOneThread(env: NodeJS.ProcessEnv = process.env): void {
  env['TF_NUM_INTRAOP_THREADS'] ??= '1';
  env['TF_NUM_INTEROP_THREADS'] ??= '1';
}
