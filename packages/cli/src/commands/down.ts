import { setTimeout as delay } from 'node:timers/promises';
import { isRunning, readRunState } from '@click-recall/infra';
import { CliError } from '../errors.js';
import type { AddCommand } from '../program.js';

const WITHIN_MS = 90_000;

export const addDown: AddCommand = (program, run) => {
  program
    .command('down')
    .description('stop the pipeline that runs on this machine; its data stays')
    .action(
      run(async ({ output, dataFolder, signal }) => {
        const state = await readRunState(dataFolder);
        if (!state) {
          output.result(() => 'nothing runs here', { stopped: false });
          return;
        }
        process.kill(state.pid, 'SIGTERM');
        output.note('stopping');
        const deadline = Date.now() + WITHIN_MS;
        while (isRunning(state.pid)) {
          if (Date.now() > deadline) throw new CliError(`process ${state.pid} has not ended in ${WITHIN_MS / 1000} s`);
          await delay(200, undefined, { signal });
        }
        output.result(() => 'stopped', { stopped: true, pid: state.pid });
      }),
    );
};
