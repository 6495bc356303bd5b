import { fork } from 'node:child_process';
import type { TrainProgress } from '@click-recall/contracts';
import { JobFailedError, type Control } from '@click-recall/jobs';
import { withLargePages } from '@click-recall/runtime';
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
 * Does a task in a process of its own. Rejects with the child's JobFailedError, and with an Error (so that the job is tried
 * again) when the child fails otherwise, is killed or runs out of memory.
 */
export function runInChild<K extends TaskKind>(request: ChildRequest<K>): Promise<TaskResults[K]> {
  const { task, settings, signal } = request;
  if (signal.aborted) return Promise.reject(new Error('stopped before it started', { cause: signal.reason }));
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, [], {
      // Not what this process was started with: a debugger's port, a test runner's loaders.
      execArgv: [],
      env: withLargePages(),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    if (child.pid !== undefined) request.onStart?.(child.pid);
    let last: Extract<FromChild, { kind: 'done' | 'failed' }> | undefined;
    let kill: NodeJS.Timeout | undefined;
    // Fails when the child is gone already; its exit is the news then.
    const send = (message: ToChild): void => void (child.connected && child.send(message, () => undefined));

    const stop = (): void => {
      send({ kind: 'control', control: 'cancel' });
      kill ??= setTimeout(() => child.kill('SIGKILL'), request.killAfterMs ?? 5_000);
    };
    const settle = (finish: () => void): void => {
      clearTimeout(kill);
      signal.removeEventListener('abort', stop);
      finish();
    };

    child.on('message', (message: FromChild) => {
      switch (message.kind) {
        case 'progress':
          return request.onProgress(message.progress, message.stepSeconds);
        case 'note':
          return request.onNote(message.line, message.level);
        case 'done':
        case 'failed':
          last = message;
      }
    });
    child.on('error', (error) => settle(() => reject(error)));
    child.on('close', (code, killedBy) =>
      settle(() => {
        // The child answers with the result of its own kind of task.
        if (last?.kind === 'done') resolve(last.result as TaskResults[K]);
        else if (last?.kind === 'failed') reject(childError(last));
        else reject(new Error(endedEarly(code, killedBy)));
      }),
    );
    signal.addEventListener('abort', stop);
    send({ kind: 'start', task: task as Task, settings });
    request.controlled((control) => send({ kind: 'control', control }));
  });
}

function childError({ code, message, stack }: Extract<FromChild, { kind: 'failed' }>): Error {
  if (code !== 'error') return new JobFailedError(code, message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

function endedEarly(code: number | null, killedBy: NodeJS.Signals | null): string {
  if (killedBy === 'SIGKILL') return 'the task process was killed (SIGKILL): out of memory?';
  return `the task process ended without a result (${killedBy ?? `exit code ${code}`})`;
}
