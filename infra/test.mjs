#!/usr/bin/env node
// `npm test`: sets everything up, then types, lint, formatting, import rules, tests against real servers, and the
// pipeline end to end. Stops at the first stage that fails. `npm test -- FILTER` narrows the tests as vitest does.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootstrap } from './bootstrap.mjs';
import { SetupProblem } from './bootstrap/problem.mjs';
import { outputOf } from './bootstrap/run.mjs';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const RESULTS = join(PROJECT, '.data', 'test-results');

/** @typedef {{ passed: number, failed: number, skipped: number }} Totals */

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {string} command a program of node_modules/.bin, or a script of this folder
 * @property {string[]} args
 * @property {string} [results] where the stage's tests leave their results
 */

/**
 * @param {string[]} filters
 * @returns {Stage[]}
 */
function stages(filters) {
  const tests = (/** @type {string} */ name, /** @type {string[]} */ ...options) => {
    const results = join(RESULTS, `${name}.json`);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
    const some = filters.length > 0 ? ['--passWithNoTests', ...filters] : [];
    return { command: 'vitest', args: ['run', ...options, ...reporters, ...some], results };
  };
  return [
    { name: 'types and build', command: 'tsc', args: ['-b'] },
    { name: 'lint', command: 'oxlint', args: ['--type-aware'] },
    { name: 'formatting', command: 'prettier', args: ['--check', '--log-level=warn', '.'] },
    { name: 'import rules', command: 'check-imports.mjs', args: [] },
    { name: 'unit and integration tests', ...tests('unit') },
    { name: 'tests on a Redis Cluster', ...tests('cluster', '--config', 'tests/e2e/vitest.cluster.config.ts') },
    { name: 'end-to-end test', ...tests('e2e', '--config', 'tests/e2e/vitest.config.ts') },
  ];
}

/** @param {Stage} stage */
async function succeeds({ command, args }) {
  const script = command.endsWith('.mjs');
  const child = spawn(
    script ? process.execPath : join(PROJECT, 'node_modules', '.bin', command),
    script ? [join(PROJECT, 'infra', command), ...args] : args,
    // TensorFlow's start-up notes would stand between the test results.
    { cwd: PROJECT, stdio: 'inherit', env: { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env } },
  );
  const [code] = await once(child, 'exit');
  return code === 0;
}

/**
 * @param {string} file vitest's JSON report
 * @returns {Promise<Totals>}
 */
async function totalsOf(file) {
  const report = JSON.parse(await readFile(file, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function main() {
  // Ctrl-C reaches the running stage too; it ends itself and we tell.
  process.on('SIGINT', () => undefined);
  await rm(RESULTS, { recursive: true, force: true });
  await mkdir(RESULTS, { recursive: true });
  process.stdout.write('\n== set-up\n');
  await bootstrap({ build: false });
  /** @type {Totals} */
  const totals = { passed: 0, failed: 0, skipped: 0 };
  let tested = false;
  let failed;
  for (const stage of stages(process.argv.slice(2))) {
    process.stdout.write(`\n== ${stage.name}\n`);
    const ok = await succeeds(stage);
    if (stage.results !== undefined) {
      const own = await totalsOf(stage.results).catch(() => undefined);
      tested ||= own !== undefined;
      for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) totals[key] += own?.[key] ?? 0;
    }
    if (!ok) {
      failed = stage.name;
      break;
    }
  }
  process.stdout.write(failed === undefined ? '\n== all stages passed\n' : `\n== stopped: ${failed} failed\n`);
  if (tested) process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
  return failed === undefined ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(
    `\n${error instanceof SetupProblem ? error.message : outputOf(error)}\n\n== stopped: set-up failed\n`,
  );
  process.exitCode = 1;
}
