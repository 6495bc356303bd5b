import { fork, type ForkOptions } from 'node:child_process';

/** A child says `done` or `failed` last, and nothing after it. */
type Last<FromChild> = Extract<FromChild, { readonly kind: 'done' | 'failed' }>;

export interface ForkRequest<ToChild, FromChild> extends Pick<ForkOptions, 'env' | 'serialization' | 'stdio'> {
  /** Ends the child: by `stop`, so that it can end between two steps, and by force `killAfterMs` later. */
  readonly signal: AbortSignal;
  readonly stop: ToChild;
  /** 5 s unless set. */
  readonly killAfterMs?: number | undefined;
  readonly onStart?: ((pid: number) => void) | undefined;
  /** What the child says before its last word. */
  readonly onMessage: (message: Exclude<FromChild, Last<FromChild>>) => void;
}

export interface ForkedChild<ToChild, FromChild> {
  /** Lost when the child is gone already: its end is the news then. */
  readonly send: (message: ToChild) => void;
  /** Rejects where the child could not be started or reached. */
  readonly ended: Promise<ChildEnd<FromChild>>;
}

export interface ChildEnd<FromChild> {
  /** What the child said last; undefined when it ended without a word. */
  readonly last: Last<FromChild> | undefined;
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
}

/** A compiled module in a process of its own, spoken with by messages that are told apart by `kind`. */
export function forkChild<ToChild extends object, FromChild extends { readonly kind: string }>(
  file: URL,
  { signal, stop, killAfterMs = 5_000, onStart, onMessage, ...options }: ForkRequest<ToChild, FromChild>,
): ForkedChild<ToChild, FromChild> {
  // No arguments of this process: a debugger's port, a test runner's loaders.
  const child = fork(file, [], { ...options, execArgv: [] });
  if (child.pid !== undefined) onStart?.(child.pid);
  const send = (message: ToChild): void => void (child.connected && child.send(message, () => undefined));
  const ended = new Promise<ChildEnd<FromChild>>((resolve, reject) => {
    let last: Last<FromChild> | undefined;
    let kill: NodeJS.Timeout | undefined;
    const end = (): void => {
      send(stop);
      kill ??= setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    };
    const settle = (finish: () => void): void => {
      clearTimeout(kill);
      signal.removeEventListener('abort', end);
      finish();
    };
    child.on('message', (message: FromChild) => {
      if (isLast(message)) last = message;
      else onMessage(message as Exclude<FromChild, Last<FromChild>>);
    });
    child.on('error', (error) => settle(() => reject(error)));
    child.on('close', (code, killedBy) => settle(() => resolve({ last, code, killedBy })));
    signal.addEventListener('abort', end);
  });
  return { send, ended };
}

function isLast<FromChild extends { readonly kind: string }>(message: FromChild): message is Last<FromChild> {
  return message.kind === 'done' || message.kind === 'failed';
}
