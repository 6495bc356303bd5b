import type { Config, ServiceName } from '../config/load-config.js';
import { createHealth, type Health } from '../health/create-health.js';
import type { Logger } from '../logger.js';
import { createMetrics, type Metrics } from '../metrics/create-metrics.js';
import { createScope, type Scope } from './create-scope.js';

/** What every service is started with: by `runService` in a process of its own, by `createServiceContext` alone in a test. */
export interface ServiceContext {
  readonly service: ServiceName;
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly scope: Scope;
  /** Aborted as soon as the service is asked to stop; hand it to whatever waits. */
  readonly signal: AbortSignal;
  /** Something that cannot be gone on from: logs it, stops in order and ends the process with 1. Safe to call from callbacks. */
  readonly crash: (error: unknown) => void;
}

export interface StoppableContext {
  readonly context: ServiceContext;
  /** Aborts the signal, then closes what was opened, in order and once. Resolves to whether all closed without an error. */
  readonly stop: () => Promise<boolean>;
}

/** The context of a service, without the process around it. */
export function createServiceContext(
  given: Pick<ServiceContext, 'service' | 'config' | 'logger' | 'crash'>,
): StoppableContext {
  const { service, logger } = given;
  const metrics = createMetrics(service);
  const health = createHealth({ logger, metrics });
  const scope = createScope(logger);
  scope.add('store', 'health', () => health.close());
  const stopping = new AbortController();
  return {
    context: { ...given, metrics, health, scope, signal: stopping.signal },
    stop() {
      stopping.abort(new Error(`${service} is stopping`));
      return scope.close();
    },
  };
}
