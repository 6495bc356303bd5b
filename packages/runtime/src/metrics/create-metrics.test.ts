import { describe, expect, it } from 'vitest';
import { METRICS, type MetricSpec } from './catalogue.js';
import { createMetrics } from './create-metrics.js';

describe('createMetrics', () => {
  it('reports what was counted, with the service', async () => {
    const metrics = createMetrics('ingest');
    metrics.eventsApplied.inc(3);
    metrics.eventsRejected.inc({ source: 'clicks', reason: 'not-json' });
    const { body, contentType } = await metrics.scrape();
    expect(contentType).toMatch(/^text\/plain/);
    expect(body).toContain('click_recall_events_applied_total{service="ingest"} 3');
    expect(body).toContain('click_recall_events_rejected_total{source="clicks",reason="not-json",service="ingest"} 1');
  });

  it('does not report what a service never touches', async () => {
    const { body } = await createMetrics('ingest').scrape();
    expect(body).not.toContain('click_recall_train_loss');
  });

  it('keeps two services in one process apart', async () => {
    const [one, two] = [createMetrics('one'), createMetrics('two')];
    one.eventsApplied.inc(5);
    two.eventsApplied.inc(1);
    expect((await two.scrape()).body).toContain('click_recall_events_applied_total{service="two"} 1');
  });

  it('asks for what is only known by asking, and goes on where the answer fails', async () => {
    const metrics = createMetrics('console');
    metrics.beforeScrape(() => Promise.reject(new Error('redis away')));
    metrics.beforeScrape(async () => metrics.queueJobs.set({ queue: 'train', state: 'waiting' }, 7));
    expect((await metrics.scrape()).body).toContain(
      'click_recall_queue_jobs{queue="train",state="waiting",service="console"} 7',
    );
  });
});

describe('a scrape', () => {
  it('goes on without what is not answered in time', async () => {
    const metrics = createMetrics('console');
    metrics.beforeScrape(() => new Promise(() => undefined));
    metrics.eventsApplied.inc(3);
    expect((await metrics.scrape()).body).toContain('click_recall_events_applied_total{service="console"} 3');
  });
});

describe('METRICS', () => {
  const specs: MetricSpec[] = Object.values(METRICS);

  it('gives every metric a name of its own', () => {
    expect(new Set(specs.map(({ name }) => name)).size).toBe(specs.length);
  });

  it('follows the naming of Prometheus', () => {
    for (const { kind, name } of specs) {
      expect(name).toMatch(/^click_recall_[a-z0-9_]+$/);
      expect(name.endsWith('_total')).toBe(kind === 'counter');
    }
  });

  it('has ascending buckets for every histogram', () => {
    for (const { kind, buckets } of specs) {
      expect(buckets !== undefined).toBe(kind === 'histogram');
      expect(buckets ?? []).toEqual((buckets ?? []).toSorted((a, b) => a - b));
    }
  });
});
