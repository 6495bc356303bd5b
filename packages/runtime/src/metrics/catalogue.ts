/** One metric as Prometheus sees it; times are seconds. */
export interface MetricSpec {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
  /** Which services report it. */
  readonly by: string;
}

const FAST = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const FRESH = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 0.75, 1, 2.5, 5, 10, 60];
const LONG = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
const SIZES = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/** Every metric of the pipeline, named here and nowhere else. Services pick what they use; `docs/metrics.md` is generated from it. */
export const METRICS = {
  // Kafka in and out
  consumerLag: gauge(
    'consumer_lag',
    'Messages of the partition that are not processed yet.',
    ['topic', 'partition'],
    'all consumers',
  ),
  messagesRead: counter('messages_read_total', 'Messages read from Kafka.', ['topic'], 'all consumers'),
  messagesPublished: counter('messages_published_total', 'Messages published to Kafka.', ['topic'], 'all producers'),
  batchSize: histogram('batch_size', 'Messages in one processed batch.', ['topic'], SIZES, 'all consumers'),
  batchSeconds: histogram('batch_seconds', 'Time to process one batch.', ['topic'], FAST, 'all consumers'),
  batchRetries: counter(
    'batch_retries_total',
    'Batches processed again after a retriable error.',
    ['topic'],
    'all consumers',
  ),
  deadLetters: counter('dead_letters_total', 'Messages sent to dead-letters.', ['topic', 'reason'], 'all consumers'),

  // ingest
  eventsApplied: counter('events_applied_total', 'Click events that changed a sequence.', [], 'ingest'),
  eventsDuplicate: counter('events_duplicate_total', 'Click events that were there already.', [], 'ingest'),
  eventsTooOld: counter(
    'events_too_old_total',
    'Click events older than a full sequence; cannot be told from a repeat of a dropped one.',
    [],
    'ingest',
  ),
  eventsDropped: counter(
    'events_dropped_total',
    'Click events that newer ones pushed out of a full sequence.',
    [],
    'ingest',
  ),
  eventsRejected: counter(
    'events_rejected_total',
    'Events refused, by reason; source is a topic or http.',
    ['source', 'reason'],
    'ingest',
  ),
  usersForgotten: counter('users_forgotten_total', 'Forget events applied.', [], 'ingest'),
  itemsApplied: counter('items_applied_total', 'Item events applied.', [], 'ingest'),
  offsetsRewound: counter(
    'offsets_rewound_total',
    'Partitions read again because Redis came back with older data.',
    ['topic'],
    'ingest',
  ),
  clicksAccepted: counter('http_clicks_accepted_total', 'Events accepted over HTTP.', [], 'ingest'),

  // embedder
  vectorsWritten: counter(
    'vectors_written_total',
    'Vectors written to the index; kind is items, new-items or users.',
    ['kind'],
    'embedder',
  ),
  vectorsRefused: counter(
    'vectors_refused_total',
    'User vectors not written: a newer revision was there, or the user was forgotten.',
    [],
    'embedder',
  ),
  vectorsClamped: counter(
    'vectors_clamped_total',
    "Vectors longer than the version's lift allows, shortened to fit.",
    ['kind'],
    'embedder',
  ),
  encodeSeconds: histogram(
    'encode_seconds',
    'Time to encode one micro-batch of sequences.',
    [],
    FAST,
    'embedder, recall',
  ),
  encodeSize: histogram('encode_size', 'Sequences in one encoded micro-batch.', [], SIZES, 'embedder, recall'),
  indexRecall: gauge(
    'index_recall',
    'Share of the exact nearest items that the index finds, at 100, on sampled users.',
    [],
    'embedder, recall',
  ),
  newItems: gauge(
    'new_items',
    'Items that the live version has not seen and that have a vector by their title and categories.',
    [],
    'embedder',
  ),
  newItemsFailed: counter(
    'new_items_failed_total',
    'Times that a mapping gave no vector to a new item, or failed as a whole; such items are recommended by none of their descriptions.',
    [],
    'embedder',
  ),
  indexSize: gauge('index_size', 'Vectors in the live index; kind is items or users.', ['kind'], 'embedder'),
  indexMissing: gauge(
    'index_missing',
    'Vectors that the live version lacks: of items in their index, all counted; of the 100 most recent users, in their index (users) and stored (user-vectors). Above 0 for minutes: `click-recall embed`.',
    ['kind'],
    'embedder',
  ),

  // recall
  freshness: histogram(
    'freshness_seconds',
    'From the append time of a click to the publication it caused; stage is sequence, vector or recommendation.',
    ['stage'],
    FRESH,
    'ingest, embedder, recall',
  ),
  searchSeconds: histogram(
    'search_seconds',
    'Time of one search in the index; kind is items or users.',
    ['kind'],
    FAST,
    'recall',
  ),
  recommendationsPublished: counter(
    'recommendations_published_total',
    'Recommendations published, by the kind of their cause.',
    ['cause'],
    'recall',
  ),
  recommendationsServed: counter(
    'recommendations_served_total',
    'Answers over HTTP, by the channel of their items.',
    ['channel'],
    'recall',
  ),
  tensors: gauge(
    'tensors',
    'Tensors that the process holds: those of the models in memory; growing without end they are a leak.',
    [],
    'embedder, recall',
  ),
  liveModel: gauge('live_model', '1 for the model version that is live.', ['version'], 'embedder, recall'),
  liveRanker: gauge('live_ranker', '1 for the ranker that is live, 0 where it cannot be used.', ['version'], 'recall'),
  rankSeconds: histogram('rank_seconds', 'Time to score the candidates of a few users in one run.', [], FAST, 'recall'),
  rankFailures: counter(
    'rank_failures_total',
    'Runs of the ranker that failed: lists stayed as recalled.',
    [],
    'recall',
  ),

  // trainer
  trainRuns: counter(
    'train_runs_total',
    'Trainings ended; outcome is passed, rejected, failed or put-aside (waits for a server that is away). Alarm on rejected and failed: the live model stays and grows old.',
    ['outcome'],
    'trainer',
  ),
  trainSeconds: histogram('train_seconds', 'Time of one training.', [], LONG, 'trainer'),
  trainStepSeconds: gauge('train_step_seconds', 'Mean time of a step in the last epoch.', [], 'trainer'),
  trainLoss: gauge('train_loss', 'Loss of the last epoch.', [], 'trainer'),
  trainEpoch: gauge('train_epoch', 'Epoch that the running training is in.', [], 'trainer'),
  trainUsers: gauge('train_users', 'Users in the last snapshot.', [], 'trainer'),
  trainItems: gauge('train_items', 'Items in the last snapshot.', [], 'trainer'),
  modelHr10: gauge(
    'model_hr10',
    'HR@10 on the held-out clicks of the last training; method is model, popularity or markov.',
    ['method'],
    'trainer',
  ),
  modelNdcg10: gauge(
    'model_ndcg10',
    'NDCG@10 on the held-out clicks of the last training; method is model, popularity or markov.',
    ['method'],
    'trainer',
  ),

  rankerRuns: counter(
    'ranker_runs_total',
    'Trainings of a ranker ended; outcome is passed, rejected, failed or put-aside (waits for a server that is away).',
    ['outcome'],
    'trainer',
  ),
  rankerNdcg10: gauge(
    'ranker_ndcg10',
    'NDCG@10 on the held-out clicks of the last ranker; order is recalled or reranked.',
    ['order'],
    'trainer',
  ),

  // jobs
  queueJobs: gauge('queue_jobs', 'Jobs in a queue, by state.', ['queue', 'state'], 'console'),
  jobSeconds: histogram(
    'job_seconds',
    'Time of one job; outcome is completed or failed.',
    ['queue', 'outcome'],
    LONG,
    'all workers',
  ),

  // every service
  httpSeconds: histogram(
    'http_request_seconds',
    'Time to answer a request.',
    ['method', 'route', 'status'],
    FAST,
    'all',
  ),
  dependencyUp: gauge('dependency_up', '1 when the dependency answers.', ['dependency'], 'all'),
  eventLoopLag: gauge('event_loop_lag_seconds', 'Longest delay of the event loop in the last ten seconds.', [], 'all'),
} as const satisfies Record<string, MetricSpec>;

export type MetricKey = keyof typeof METRICS;

function counter<const L extends string>(name: string, help: string, labels: readonly L[], by: string) {
  return { kind: 'counter', name: `click_recall_${name}`, help, labels, by } as const;
}

function gauge<const L extends string>(name: string, help: string, labels: readonly L[], by: string) {
  return { kind: 'gauge', name: `click_recall_${name}`, help, labels, by } as const;
}

function histogram<const L extends string>(
  name: string,
  help: string,
  labels: readonly L[],
  buckets: readonly number[],
  by: string,
) {
  return { kind: 'histogram', name: `click_recall_${name}`, help, labels, buckets, by } as const;
}
