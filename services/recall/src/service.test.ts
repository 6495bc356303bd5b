import { eventually, testServers } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { openTestProxy } from './open-test-proxy.js';
import { openTestRecall } from './open-test-recall.js';

describe('recall without Redis', { timeout: 90_000 }, () => {
  it.each(['cut', 'fallSilent'] as const)('answers 503 soon, and recovers by itself (%s)', async (fault) => {
    const { hostname, port } = new URL(testServers().redisUrl);
    const proxy = await openTestProxy(hostname, Number(port || 6379));
    const test = await openTestRecall({ serviceRedisUrl: `redis://127.0.0.1:${proxy.port}` });
    await test.click('u', 'item-3');
    const version = await test.writeModel(1, ['u']);
    await test.activate(version);
    await test.start();
    const answer = () => test.get('/v1/users/u/recommendations');
    expect(await answer()).toMatchObject({ status: 200, body: { modelVersion: version } });

    proxy[fault]();
    const started = performance.now();
    expect(await answer()).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } });
    // No stop-watch test: hanging until a socket's own time-out would take minutes.
    expect(performance.now() - started).toBeLessThan(10_000);
    await eventually(async () => expect((await test.get('/readyz')).status).toBe(503));
    expect((await test.get('/healthz')).status).toBe(200);

    proxy.mend();
    await eventually(async () => expect((await answer()).status).toBe(200), { deadlineMs: 30_000 });
    await eventually(async () => expect((await test.get('/readyz')).status).toBe(200), { deadlineMs: 30_000 });
    const revision = await test.click('u', 'item-4');
    const published = await test.collectRecommendations();
    const encoder = await test.openModel(version);
    const [vector] = await encoder.encode([['item-3', 'item-4']]);
    await test.publishVector({
      userId: 'u',
      sequenceRevision: revision,
      modelVersion: version,
      vector: Array.from(vector ?? []),
    });
    await eventually(() => expect(published.some(({ userId }) => userId === 'u')).toBe(true));
  });
});
