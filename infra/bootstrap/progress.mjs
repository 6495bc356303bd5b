import { format } from 'node:util';

/**
 * @typedef {object} Task one thing being done
 * @property {(text: string) => void} update what it is doing now, perhaps with bytes
 * @property {(text: string) => void} done
 * @property {(text: string) => void} failed
 */

/**
 * @typedef {object} Progress
 * @property {(name: string, text: string) => Task} start
 * @property {(text: string) => void} line a plain line above what is running
 * @property {() => void} end takes the running line away
 */

/** In a log (no terminal) a task that is still running says so this often. */
const LOG_EVERY_MS = 15_000;

/**
 * Progress of tasks that may run side by side: finished ones are lines, running ones share the last line of a terminal;
 * in a log they are a line at the start, one now and then, and one at the end.
 *
 * @param {{ write(text: string): unknown, isTTY?: boolean | undefined, columns?: number | undefined }} [stream]
 * @returns {Progress}
 */
export function createProgress(stream = process.stderr) {
  const live = stream.isTTY === true;
  /** @type {Map<symbol, { name: string, text: string, since: number, said: number }>} */
  const running = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  const clear = () => {
    if (live) stream.write('\r\u001b[2K');
  };
  const draw = () => {
    if (!live || running.size === 0) return;
    const parts = [...running.values()].map((task) => `${task.name} ${seconds(task.since)}  ${task.text}`);
    const width = (stream.columns ?? 80) - 1;
    const text = `  … ${parts.join('  |  ')}`;
    stream.write(`\r\u001b[2K${text.length > width ? `${text.slice(0, width - 1)}…` : text}`);
  };
  const line = (/** @type {string} */ text) => {
    clear();
    stream.write(`${text}\n`);
    draw();
  };
  const tick = () => {
    if (live) return draw();
    for (const task of running.values()) {
      if (Date.now() - task.said < LOG_EVERY_MS) continue;
      task.said = Date.now();
      line(format('  … %s %s  %s', task.name.padEnd(NAME_WIDTH), seconds(task.since), task.text));
    }
  };

  return {
    line,
    start(name, text) {
      const key = Symbol(name);
      const task = { name, text, since: Date.now(), said: Date.now() };
      running.set(key, task);
      timer ??= setInterval(tick, live ? 100 : 1_000);
      timer.unref();
      if (live) draw();
      else line(`  … ${name.padEnd(NAME_WIDTH)} ${text}`);
      const end = (/** @type {string} */ mark, /** @type {string} */ result) => {
        running.delete(key);
        if (running.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
        line(`  ${mark} ${name.padEnd(NAME_WIDTH)} ${result} (${seconds(task.since)})`);
      };
      return {
        update: (/** @type {string} */ now) => void (task.text = now),
        done: (/** @type {string} */ result) => end('✓', result),
        failed: (/** @type {string} */ result) => end('✗', result),
      };
    },
    end() {
      running.clear();
      clearInterval(timer);
      timer = undefined;
      clear();
    },
  };
}

const NAME_WIDTH = 12;

/**
 * Shows `work` as a task: the text that `told` makes of its result, or `failed`, and what it threw goes on.
 *
 * @template T
 * @param {Progress} progress
 * @param {{ name: string, text: string, failed?: string }} shown
 * @param {(task: Task) => Promise<T>} work
 * @param {(result: T) => string} told
 * @returns {Promise<T>}
 */
export async function asTask(progress, { name, text, failed = 'failed' }, work, told) {
  const task = progress.start(name, text);
  try {
    const result = await work(task);
    task.done(told(result));
    return result;
  } catch (error) {
    task.failed(failed);
    throw error;
  }
}

/** @param {number} since */
function seconds(since) {
  return `${((Date.now() - since) / 1_000).toFixed(1)} s`;
}

/** @param {number} count */
export function bytes(count) {
  if (count < 1_000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1_000).toFixed(0)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}
