import type { ActivationStore, ItemStore, ModelStore, RankerStore, SequenceStore } from '@click-recall/redis';
import type { TaskContext } from './task-context.js';

export interface Stores {
  readonly sequences: SequenceStore;
  readonly items: Pick<ItemStore, 'get'>;
  readonly models: ModelStore;
  readonly rankers: RankerStore;
  readonly activation: ActivationStore;
}

type Patiently = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * The stores that wait for a Redis that is away: an hour of training is not lost to a restart of the server. All of what
 * is called here may be done twice. Listing users is not among it: it is the first thing that a task does.
 */
export function patientStores(stores: Stores, patiently: Patiently): Pick<TaskContext, keyof Stores> {
  const { sequences, items, models, rankers, activation } = stores;
  return {
    sequences: {
      listUsers: (slice) => sequences.listUsers(slice),
      read: (userIds, newest) => patiently(() => sequences.read(userIds, newest)),
    },
    items: { get: (itemIds) => patiently(() => items.get(itemIds)) },
    models: {
      save: (record) => patiently(() => models.save(record)),
      enlist: (record) => patiently(() => models.enlist(record)),
      update: (version, changes) => patiently(() => models.update(version, changes)),
      get: (version) => patiently(() => models.get(version)),
      list: () => patiently(() => models.list()),
      remove: (version) => patiently(() => models.remove(version)),
    },
    rankers: {
      save: (record) => patiently(() => rankers.save(record)),
      enlist: (record) => patiently(() => rankers.enlist(record)),
      get: (version) => patiently(() => rankers.get(version)),
      list: (modelVersion) => patiently(() => rankers.list(modelVersion)),
      remove: (version) => patiently(() => rankers.remove(version)),
    },
    activation: {
      read: () => patiently(() => activation.read()),
      buildingVersions: () => patiently(() => activation.buildingVersions()),
      switchRanker: (encoder, ranker, now) => patiently(() => activation.switchRanker(encoder, ranker, now)),
    },
  };
}
