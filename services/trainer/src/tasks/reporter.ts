import type { FromChild } from './protocol.js';
import type { TaskContext } from './task-context.js';

/** Progress within an epoch is told this often. */
const EVERY_MS = 500;

/** Sends notes as they come and progress now and then: always at a new phase and when an epoch has ended. */
export function createReporter(
  send: (message: FromChild) => void,
  now: () => number = () => performance.now(),
): Pick<TaskContext, 'report' | 'note'> {
  let sentAt = -Infinity;
  let sentStage = '';
  return {
    report(progress, stepSeconds) {
      const stage = `${progress.phase} ${progress.curve.length}`;
      if (stage === sentStage && now() - sentAt < EVERY_MS) return;
      sentAt = now();
      sentStage = stage;
      send({ kind: 'progress', progress, stepSeconds });
    },
    note: (line, level = 'info') => send({ kind: 'note', line, level }),
  };
}
