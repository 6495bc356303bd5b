import type { TrainProgress } from '@click-recall/contracts';
import { JobFailedError, type Control } from '@click-recall/jobs';
import { forkChild, RetriableError, withLargePages } from '@click-recall/runtime';
import type { FromChild, Task, TaskKind, TaskResults, ToChild } from './tasks/protocol.js';
import type { TaskSettings } from './settings.js';

export interface ChildRequest<K extends TaskKind> {
  readonly task: Task<K>;
  readonly settings: TaskSettings;
  /** Ends the child: between two steps if it can, by force after `killAfterMs`. */
  readonly signal: AbortSignal;
  /** Called once with what hands the operator's wishes on. */
  readonly controlled: (set: (control: Control) => void) => void;
  readonly onProgress: (progress: TrainProgress, stepSeconds: number | undefined) => void;
  readonly onNote: (line: string, level: 'info' | 'warn') => void;
  readonly onStart?: (pid: number) => void;
  /** 5 s unless set. */
  readonly killAfterMs?: number;
}

/** Compiled: a child process does not read TypeScript. */
const CHILD = new URL('../dist/task-child.js', import.meta.url);

/**
 * Does a task in a process of its own. Rejects with the child's JobFailedError, with a RetriableError where what the child needs is
 * away, and with an Error (so that the job is tried again) when the child fails otherwise, is killed or runs out of memory.
 */
export async function runInChild<K extends TaskKind>(request: ChildRequest<K>): Promise<TaskResults[K]> {
  const { task, settings, signal, killAfterMs, onStart } = request;
  if (signal.aborted) throw new Error('stopped before it started', { cause: signal.reason });
  const { send, ended } = forkChild<ToChild, FromChild>(CHILD, {
    env: withLargePages(),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    signal,
    stop: { kind: 'control', control: 'cancel' },
    killAfterMs,
    onStart,
    onMessage(message) {
      if (message.kind === 'progress') request.onProgress(message.progress, message.stepSeconds);
      else request.onNote(message.line, message.level);
    },
  });
  send({ kind: 'start', task: task as Task, settings });
  request.controlled((control) => send({ kind: 'control', control }));
  const { last, code, killedBy } = await ended;
  if (last === undefined) throw new Error(endedEarly(code, killedBy));
  if (last.kind === 'failed') throw childError(last);
  // The child answers with the result of its own kind of task.
  return last.result as TaskResults[K];
}

function childError({ code, retriable, message, stack }: Extract<FromChild, { kind: 'failed' }>): Error {
  if (code !== 'error') return new JobFailedError(code, message);
  const error = retriable ? new RetriableError(message) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

function endedEarly(code: number | null, killedBy: NodeJS.Signals | null): string {
  if (killedBy === 'SIGKILL') return 'the task process was killed (SIGKILL): out of memory?';
  return `the task process ended without a result (${killedBy ?? `exit code ${code}`})`;
}
