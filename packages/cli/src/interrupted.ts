import { CliError } from './errors.js';

/** Rejects when Ctrl-C was pressed. */
export function interrupted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new CliError('interrupted')), { once: true });
  });
}
