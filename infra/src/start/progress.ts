/** How long work is shown to a person; `infra/bootstrap/progress.mjs` makes one. */
export interface Progress {
  start(name: string, text: string): Task;
  /** A plain line above what is running. */
  line(text: string): void;
  end(): void;
}

export interface Task {
  update(text: string): void;
  done(text: string): void;
  failed(text: string): void;
}

/** Shows `work` as a task: its result's text when it is done, its error's first line when it failed. */
export async function asTask<T>(
  progress: Progress,
  name: string,
  text: string,
  work: (task: Task) => Promise<T>,
  describe: (result: T) => string,
): Promise<T> {
  const task = progress.start(name, text);
  try {
    const result = await work(task);
    task.done(describe(result));
    return result;
  } catch (error) {
    // Ctrl-C is no failure of the work.
    task.failed(error instanceof Error && error.name === 'AbortError' ? 'stopped' : firstLine(error));
    throw error;
  }
}

const BAR_WIDTH = 24;

/** `[██████░░░░] 25 %`. */
export function bar(done: number, of: number): string {
  const share = of === 0 ? 1 : Math.min(1, done / of);
  const filled = Math.round(share * BAR_WIDTH);
  return `[${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} %`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
