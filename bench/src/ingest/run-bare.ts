import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BareConsumerResult, BareConsumerTask } from './bare-consumer.js';

/** What a consumer reaches that does the least there is to do: one ZADD an event, pipelined; in a process of its own. */
export async function runBare(task: BareConsumerTask): Promise<BareConsumerResult> {
  const script = fileURLToPath(new URL('./bare-consumer.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(task)]);
  return JSON.parse(stdout) as BareConsumerResult;
}
