import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@click-recall/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTestLog } from '../open-test-log.js';
import { createMetrics } from '../metrics/create-metrics.js';
import { createHealth } from './create-health.js';

function started(maxLagMs?: number) {
  const { logger, lines } = openTestLog('test');
  const metrics = createMetrics('test');
  const health = createHealth({ logger, metrics, ...(maxLagMs !== undefined && { maxLagMs }) });
  onTestFinished(() => health.close());
  return { health, lines, metrics };
}

describe('createHealth', () => {
  it('is live and ready when there is nothing to wait for', () => {
    expect(started().health.report()).toMatchObject({ live: true, ready: true });
  });

  it('is not live once a heartbeat is silent for too long, and live again after a beat', async () => {
    const { health } = started();
    const beat = health.heartbeat('clicks', 20);
    expect(health.report().live).toBe(true);
    await eventually(() => !health.report().live, { everyMs: 5 });
    expect(health.report().heartbeats['clicks']).toMatchObject({ overdue: true });
    beat.beat();
    expect(health.report().live).toBe(true);
  });

  it('does not wait for a heartbeat that was stopped', async () => {
    const { health } = started();
    health.heartbeat('build', 1).stop();
    await delay(5);
    expect(health.report().live).toBe(true);
  });

  it('tells that the event loop was held up', async () => {
    const { health } = started(100);
    const until = performance.now() + 600;
    while (performance.now() < until);
    await delay(1);
    expect(health.report().live).toBe(false);
    expect(health.report().eventLoopLagMs).toBeGreaterThan(100);
  });

  it('is not ready before a dependency is known to be up', () => {
    const { health } = started();
    const model = health.dependency('model');
    expect(health.report()).toMatchObject({ ready: false, dependencies: { model: { state: 'starting' } } });
    model.up();
    expect(health.report().ready).toBe(true);
  });

  it('asks a dependency again and again, and says each change once', async () => {
    const { health, lines, metrics } = started();
    let answer: Promise<void> = Promise.resolve();
    let asked = 0;
    health.dependency('redis', () => ((asked += 1), answer), 2);
    await eventually(() => health.report().ready, { everyMs: 2 });
    answer = Promise.reject(new Error('connection refused'));
    answer.catch(() => undefined);
    await eventually(() => !health.report().ready, { everyMs: 2 });
    const askedWhenDown = asked;
    await eventually(() => asked > askedWhenDown + 3, { everyMs: 2 });
    expect(health.report().dependencies['redis']).toEqual({ state: 'down', reason: 'connection refused' });
    expect(health.missing(['redis', 'kafka'])).toEqual(['redis', 'kafka']);
    expect((await metrics.scrape()).body).toContain('click_recall_dependency_up{dependency="redis",service="test"} 0');
    answer = Promise.resolve();
    await eventually(() => health.report().ready, { everyMs: 2 });
    const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toEqual(['redis is available', 'redis is not available: connection refused', 'redis is back']);
  });
});
