import { EventEmitter } from 'node:events';
import { eventually } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.js';
import { openTestLog } from '../open-test-log.js';
import { runService, type ProcessLike } from './run-service.js';
import type { ServiceContext } from './service-context.js';

/** A process that records its exits instead of ending. */
function fakeProcess() {
  const emitter = new EventEmitter();
  const exits: number[] = [];
  let errors = '';
  const host = {
    on: (name: string, listener: (...values: unknown[]) => void) => emitter.on(name, listener),
    exit: (code: number) => void exits.push(code),
    stderr: { write: (text: string) => ((errors += text), true) },
  } as unknown as ProcessLike;
  return { host, exits, emitter, errors: () => errors };
}

async function running(
  main: (context: ServiceContext) => Promise<void>,
  env: Record<string, string> = {},
  deadlineMs = 5_000,
) {
  const process = fakeProcess();
  const { logger, lines } = openTestLog('recall');
  const main$ = runService('recall', main, { process: process.host, env, logger, deadlineMs });
  return { ...process, lines, main$ };
}

describe('runService', () => {
  it('stops listening, consuming and working, then producing, then storing, whatever the order of opening', async () => {
    const closed: string[] = [];
    const service = await running(async ({ scope }) => {
      scope.add('listener', 'http', () => closed.push('http'));
      scope.add('store', 'redis', () => closed.push('redis'));
      scope.add('producer', 'publisher', async () => closed.push('publisher'));
      scope.add('consumer', 'clicks', () => closed.push('clicks'));
      scope.add('consumer', 'items', () => closed.push('items'));
      scope.add('worker', 'embed', () => closed.push('embed'));
    });
    await service.main$;
    service.emitter.emit('SIGTERM');
    await eventually(() => service.exits.length > 0);
    expect(closed).toEqual(['http', 'items', 'clicks', 'embed', 'publisher', 'redis']);
    expect(service.exits).toEqual([0]);
  });

  it('closes what brings work in together, since each may wait for a server that is away', async () => {
    const closing: string[] = [];
    const service = await running(async ({ scope }) => {
      for (const stage of ['listener', 'consumer', 'worker'] as const) {
        scope.add(stage, stage, async () => {
          closing.push(stage);
          await eventually(() => closing.length === 3);
        });
      }
    });
    await service.main$;
    service.emitter.emit('SIGTERM');
    await eventually(() => service.exits.length > 0);
    expect(service.exits).toEqual([0]);
  });

  it('closes the rest when one part does not close, and tells by its exit code', async () => {
    const closed: string[] = [];
    const service = await running(async ({ scope }) => {
      scope.add('store', 'redis', () => closed.push('redis'));
      scope.add('consumer', 'clicks', () => Promise.reject(new Error('stuck')));
    });
    await service.main$;
    service.emitter.emit('SIGINT');
    await eventually(() => service.exits.length > 0);
    expect(closed).toEqual(['redis']);
    expect(service.exits).toEqual([1]);
    expect(service.lines.join('')).toContain('clicks did not close');
  });

  it('leaves at once on a second signal', async () => {
    const service = await running(async ({ scope }) =>
      scope.add('consumer', 'slow', () => new Promise(() => undefined)),
    );
    await service.main$;
    service.emitter.emit('SIGTERM');
    expect(service.exits).toEqual([]);
    service.emitter.emit('SIGINT');
    expect(service.exits).toEqual([1]);
  });

  it('leaves when stopping takes too long', async () => {
    const service = await running(
      async ({ scope }) => scope.add('consumer', 'slow', () => new Promise(() => undefined)),
      {},
      10,
    );
    await service.main$;
    service.emitter.emit('SIGTERM');
    await eventually(() => service.exits.length > 0);
    expect(service.exits).toEqual([1]);
    expect(service.lines.join('')).toContain('longer than 10 ms');
  });

  it('stops when its supervisor is gone', async () => {
    const service = await running(async () => undefined);
    await service.main$;
    service.emitter.emit('disconnect');
    await eventually(() => service.exits.length > 0);
    expect(service.exits).toEqual([0]);
  });

  it('aborts what waits during the start, closes what is open, and calls that a clean stop', async () => {
    const closed: string[] = [];
    const service = await running(async ({ scope, signal }) => {
      scope.add('store', 'redis', () => closed.push('redis'));
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    });
    service.emitter.emit('SIGTERM');
    await eventually(() => service.exits.length > 0);
    await service.main$;
    expect(closed).toEqual(['redis']);
    expect(service.exits).toEqual([0]);
  });

  it('closes what is opened after the stop began', async () => {
    let closedLate = false;
    const service = await running(async ({ scope, signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      scope.add('store', 'late', () => void (closedLate = true));
    });
    service.emitter.emit('SIGTERM');
    await service.main$;
    await eventually(() => closedLate);
    expect(service.exits).toEqual([0]);
  });

  it('closes everything and exits with 1 when the start fails', async () => {
    let closed = false;
    const service = await running(async ({ scope }) => {
      scope.add('store', 'redis', () => void (closed = true));
      throw new Error('no such index');
    });
    await eventually(() => service.exits.length > 0);
    expect(closed).toBe(true);
    expect(service.exits).toEqual([1]);
    expect(service.lines.join('')).toContain('no such index');
  });

  it('crashes once, however often it is told', async () => {
    const service = await running(async ({ crash }) => {
      crash(new Error('first'));
      crash(new Error('second'));
    });
    await eventually(() => service.exits.length > 0);
    expect(service.exits).toEqual([1]);
  });

  it('crashes on a rejection that nobody handles, and leaves at once on an uncaught exception', async () => {
    const service = await running(async () => undefined);
    await service.main$;
    service.emitter.emit('uncaughtException', new Error('out of nowhere'));
    expect(service.exits).toEqual([1]);
    service.emitter.emit('unhandledRejection', new Error('forgotten'));
    await eventually(() => service.exits.length > 1);
    expect(service.lines.join('')).toMatch(/out of nowhere.*forgotten/s);
  });

  it('prints every fault of the configuration and exits with 2 before anything starts', async () => {
    let started = false;
    const service = await running(async () => void (started = true), { RECALL_PORT: 'x', LOG_LEVEL: 'y' });
    await service.main$;
    expect(started).toBe(false);
    expect(service.exits).toEqual([2]);
    expect(service.errors()).toMatch(/RECALL_PORT: expected a port.*LOG_LEVEL: expected trace/s);
  });

  it('shows a taken port as what it is', async () => {
    const fault = { variable: 'RECALL_PORT', expected: 'port 8080 is taken' };
    const service = await running(() => Promise.reject(new ConfigError([fault])));
    await eventually(() => service.exits.length > 0);
    expect(service.lines.join('')).toContain('RECALL_PORT: port 8080 is taken');
  });
});
