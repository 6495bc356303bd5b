import { fork } from 'node:child_process';
import type { EpochRow, StepRow } from '../experiment-kind.js';
import { LabError } from '../lab-error.js';
import type { ChildResults, ChildTask, FromChild, ToChild } from './child-protocol.js';

export interface ChildEvents {
  readonly onStep?: (step: StepRow) => void;
  readonly onEpoch?: (epoch: EpochRow) => void;
  readonly onStart?: (pid: number) => void;
  /** Ends the child between two steps if it can, by force after some seconds. */
  readonly signal: AbortSignal;
}

/** Compiled: a child process does not read TypeScript. */
const CHILD = new URL('../../dist/runs/lab-child.js', import.meta.url);
const KILL_AFTER_MS = 5_000;

/** Does a task in a process of its own. Rejects with a LabError where the child's message is meant for people. */
export function runInChild<T extends ChildTask>(task: T, events: ChildEvents): Promise<ChildResults[T['kind']]> {
  const { signal } = events;
  if (signal.aborted) return Promise.reject(new LabError('interrupted'));
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, [], {
      // Not what this process was started with: a debugger's port, a test runner's loaders.
      execArgv: [],
      // Typed arrays and numbers that JSON has no word for arrive as they are.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    if (child.pid !== undefined) events.onStart?.(child.pid);
    let last: Extract<FromChild, { kind: 'done' | 'failed' }> | undefined;
    let kill: NodeJS.Timeout | undefined;
    const send = (message: ToChild): void => void (child.connected && child.send(message, () => undefined));
    const stop = (): void => {
      send({ kind: 'stop' });
      kill ??= setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    };
    const settle = (finish: () => void): void => {
      clearTimeout(kill);
      signal.removeEventListener('abort', stop);
      finish();
    };
    child.on('message', (message: FromChild) => {
      switch (message.kind) {
        case 'step':
          return events.onStep?.(message.step);
        case 'epoch':
          return events.onEpoch?.(message.epoch);
        case 'done':
        case 'failed':
          last = message;
      }
    });
    child.on('error', (error) => settle(() => reject(error)));
    child.on('close', (code, killedBy) =>
      settle(() => {
        // The child answers with the result of its own kind of task.
        if (last?.kind === 'done') resolve(last.result as ChildResults[T['kind']]);
        else reject(last ? failure(last) : signal.aborted ? new LabError('interrupted') : endedEarly(code, killedBy));
      }),
    );
    signal.addEventListener('abort', stop);
    send({ kind: 'start', task });
  });
}

function failure({ message, expected, stack }: Extract<FromChild, { kind: 'failed' }>): Error {
  if (expected) return new LabError(message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

function endedEarly(code: number | null, killedBy: string | null): LabError {
  const how = killedBy === null ? `ended with ${code}` : `was ended by ${killedBy}`;
  return new LabError(`the process of the training ${how}${killedBy === 'SIGKILL' ? ' (out of memory?)' : ''}`);
}
