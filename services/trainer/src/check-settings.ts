import { JobFailedError } from '@click-recall/jobs';
import { runInChild } from './run-in-child.js';
import { settingsFault, type TaskSettings } from './settings.js';

/**
 * Tries a child process before any job needs one. Throws a ConfigError for a fault in the model's settings, an Error when
 * the process cannot run (TensorFlow is not there).
 */
export async function checkSettings(
  settings: TaskSettings,
  file: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const ignore = (): void => undefined;
  try {
    await runInChild({
      task: { kind: 'check', data: {} },
      settings,
      signal,
      controlled: ignore,
      onProgress: ignore,
      onNote: ignore,
    });
  } catch (error) {
    if (error instanceof JobFailedError) throw settingsFault(file, error.message);
    throw new Error('a process for trainings cannot be started', { cause: error });
  }
}
