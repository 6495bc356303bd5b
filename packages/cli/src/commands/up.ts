import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readRunState, type RunState } from '@click-recall/infra';
import { redactUrl } from '@click-recall/runtime';
import { positive } from '../arguments.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { formatTable } from '../format-table.js';
import type { AddCommand } from '../program.js';

const POLL_MS = 250;

export const addUp: AddCommand = (program, run) => {
  program
    .command('up')
    .description('start Kafka, Redis, the services and the console on this machine, in the background')
    .option('--timeout <seconds>', 'give up after so long; the first time, much is downloaded', positive, 1200)
    .addHelpText(
      'after',
      '\nWhere KAFKA_BROKERS or REDIS_URL is set, that server is used instead of one of our own.\n\nExample:\n  click-recall up && click-recall status',
    )
    .action(
      run<{ readonly timeout: number }>(async (context, { timeout }) => {
        const before = await readRunState(context.dataFolder);
        if (before) context.output.note('runs already');
        const state = before ?? (await start(context, timeout));
        const shown = withoutSecrets(state);
        context.output.result(() => addresses(shown), shown);
      }),
    );
};

async function start({ root, dataFolder, signal, output }: CliContext, timeoutSeconds: number): Promise<RunState> {
  mkdirSync(join(dataFolder, 'logs'), { recursive: true, mode: 0o700 });
  const logFile = join(dataFolder, 'logs', 'up.log');
  const log = openSync(logFile, 'w', 0o600);
  const args = [join(root, 'infra', 'start.mjs'), '--serve', '--data', dataFolder];
  const child = spawn(process.execPath, args, { cwd: root, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let exit: number | undefined;
  child.once('error', () => (exit = 1));
  child.once('exit', (code) => (exit = code ?? 1));
  const deadline = Date.now() + timeoutSeconds * 1000;
  let shown = 0;
  try {
    for (;;) {
      const text = await readFile(logFile, 'utf8');
      const end = text.lastIndexOf('\n') + 1;
      for (const line of text.slice(shown, end).split('\n').filter(Boolean)) output.note(line);
      shown = Math.max(shown, end);
      const state = await readRunState(dataFolder);
      if (state) {
        child.unref();
        return state;
      }
      if (exit !== undefined) throw new CliError(`it did not start (exit code ${exit}); its log: ${logFile}`);
      if (Date.now() > deadline) throw new CliError(`it was not up in ${timeoutSeconds} s; its log: ${logFile}`);
      await delay(POLL_MS, undefined, { signal });
    }
  } catch (error) {
    if (exit === undefined) child.kill('SIGTERM');
    throw error;
  }
}

/** What may be shown of a state; `click-recall env` gives the rest to those who ask for it. */
function withoutSecrets({ environment, ...state }: RunState) {
  const { NAMESPACE = '', KAFKA_BROKERS = '', REDIS_URL = '' } = environment;
  return { ...state, namespace: NAMESPACE, kafka: KAFKA_BROKERS, redis: redactUrl(REDIS_URL) };
}

function addresses({ services, kafka, redis, namespace }: ReturnType<typeof withoutSecrets>): string {
  const rows = [
    ...Object.entries(services),
    ['Kafka', kafka] as const,
    ['Redis', redis] as const,
    ['namespace', namespace] as const,
  ];
  return formatTable(
    [
      { head: 'part', cell: ([name]) => name },
      { head: 'address', cell: ([, address]) => address },
    ],
    rows,
  );
}
