import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { atMost } from '../within.js';
import { METRICS, type MetricKey, type MetricSpec } from './catalogue.js';

type Instrument<S extends MetricSpec> = S['kind'] extends 'counter'
  ? Counter<S['labels'][number]>
  : S['kind'] extends 'gauge'
    ? Gauge<S['labels'][number]>
    : Histogram<S['labels'][number]>;

type Instruments = { readonly [K in MetricKey]: Instrument<(typeof METRICS)[K]> };

/** Every metric of the catalogue, ready to use; one that is never touched is not reported. */
export type Metrics = Instruments & {
  /** Runs before each scrape, to fill gauges of things that are only known by asking. Errors are ignored: the scrape goes on. */
  readonly beforeScrape: (fill: () => Promise<void>) => void;
  /** The text of `/metrics`. */
  readonly scrape: () => Promise<{ contentType: string; body: string }>;
};

/** A scrape goes on without what a server that is away does not tell; Prometheus itself waits 10 s. */
const FILL_WITHIN_MS = 2_000;

/** Makes the metrics of one service; each call has a registry of its own, so that tests and several services do not share counts. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const fills: (() => Promise<void>)[] = [];
  const metrics = {
    beforeScrape: (fill: () => Promise<void>) => void fills.push(fill),
    scrape: async () => {
      await Promise.all(fills.map((fill) => atMost(FILL_WITHIN_MS, fill())));
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
  for (const [key, spec] of Object.entries<MetricSpec>(METRICS)) {
    let made: unknown;
    Object.defineProperty(metrics, key, { enumerable: true, get: () => (made ??= instrument(spec, registry)) });
  }
  // The loop above defines exactly the keys of the catalogue, each of the kind that its entry says.
  return metrics as Metrics;
}

function instrument(spec: MetricSpec, registry: Registry): Counter | Gauge | Histogram {
  const options = { name: spec.name, help: spec.help, labelNames: [...spec.labels], registers: [registry] };
  switch (spec.kind) {
    case 'counter':
      return new Counter(options);
    case 'gauge':
      return new Gauge(options);
    case 'histogram':
      return new Histogram({ ...options, ...(spec.buckets && { buckets: [...spec.buckets] }) });
  }
}
