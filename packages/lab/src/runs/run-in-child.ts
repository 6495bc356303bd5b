import { forkChild } from '@click-recall/runtime';
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

/** Does a task in a process of its own. Rejects with a LabError where the child's message is meant for people. */
export async function runInChild<T extends ChildTask>(
  task: T,
  { signal, onStart, onStep, onEpoch }: ChildEvents,
): Promise<ChildResults[T['kind']]> {
  if (signal.aborted) throw new LabError('interrupted');
  const { send, ended } = forkChild<ToChild, FromChild>(CHILD, {
    // Typed arrays and numbers that JSON has no word for arrive as they are.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    signal,
    stop: { kind: 'stop' },
    onStart,
    onMessage(message) {
      if (message.kind === 'step') onStep?.(message.step);
      else onEpoch?.(message.epoch);
    },
  });
  send({ kind: 'start', task });
  const { last, code, killedBy } = await ended;
  // The child answers with the result of its own kind of task.
  if (last?.kind === 'done') return last.result as ChildResults[T['kind']];
  throw last ? failure(last) : signal.aborted ? new LabError('interrupted') : endedEarly(code, killedBy);
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
