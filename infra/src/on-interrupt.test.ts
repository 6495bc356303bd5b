import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';

/** A process that says what becomes of it, and needs so long to stop. */
async function started(stopMs: number) {
  const helper = new URL('../local/on-interrupt.mjs', import.meta.url).href;
  const script = `
    import { onInterrupt } from ${JSON.stringify(helper)};
    const say = (text) => process.stdout.write(text + ' ');
    setInterval(() => undefined, 60_000);
    onInterrupt(() => {
      say('stopping');
      setTimeout(() => { say('stopped'); process.exit(0); }, ${stopMs});
    });
    say('up');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'close').then(([code]: unknown[]) => code);
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += String(data)));
  await eventually(() => said === 'up ');
  return { child, ended, said: () => said };
}

it('stops in order when a signal comes twice at once', async () => {
  const { child, ended, said } = await started(300);
  child.kill('SIGTERM');
  await eventually(() => said() === 'up stopping ', { everyMs: 5 });
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(said()).toBe('up stopping stopped ');
});

it('ends at once when a signal comes again later', async () => {
  const { child, ended, said } = await started(60_000);
  const again = setInterval(() => child.kill('SIGINT'), 200);
  onTestFinished(() => clearInterval(again));
  expect(await ended).toBe(130);
  expect(said()).toBe('up stopping ');
});
