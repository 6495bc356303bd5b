import type { ActivationStore, ModelStore, RankerStore, SequenceStore } from '@click-recall/redis';
import { createLogger, RetriableError, retryForever } from '@click-recall/runtime';
import { describe, expect, it } from 'vitest';
import { patientStores, type Stores } from './patient-stores.js';
import { createControlPoint } from './control-point.js';
import { CancelledError } from './task-context.js';

const logger = createLogger({ service: 'trainer', level: 'silent' });

/** A server that is away for the first calls of each kind. */
function storesAway(calls: number): Stores {
  let left = calls;
  const answer = async <T>(value: T): Promise<T> => {
    if (left-- > 0) throw new RetriableError('away');
    return value;
  };
  return {
    sequences: { read: () => answer([]) } as unknown as SequenceStore,
    items: { get: () => answer([]) },
    models: { list: () => answer([]) } as unknown as ModelStore,
    rankers: { list: () => answer([]) } as unknown as RankerStore,
    activation: { read: () => Promise.reject(new Error('a mistake of ours')) } as unknown as ActivationStore,
  };
}

describe('patient stores', () => {
  it('wait for a server that is away, and pass a mistake on at once', async () => {
    const { signal } = createControlPoint();
    const stores = patientStores(storesAway(3), (work) => retryForever('Redis', work, { logger, signal, baseMs: 1 }));
    expect(await stores.sequences.read(['u'])).toEqual([]);
    expect(await stores.models.list()).toEqual([]);
    await expect(stores.activation.read()).rejects.toThrow('a mistake of ours');
  });

  it('stop waiting when the task is to end', async () => {
    const point = createControlPoint();
    const patiently = <T>(work: () => Promise<T>): Promise<T> =>
      retryForever('Redis', work, { logger, signal: point.signal, baseMs: 1 });
    const waiting = patientStores(storesAway(Infinity), patiently).models.list();
    point.set('cancel');
    await expect(waiting).rejects.toSatisfy(
      (error: Error) => error instanceof CancelledError || error.cause instanceof CancelledError,
    );
  });
});
