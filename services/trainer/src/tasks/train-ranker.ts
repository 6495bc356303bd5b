import type { JobData, JobResult, RankerMetrics, TrainProgress } from '@click-recall/contracts';
import { JobFailedError } from '@click-recall/jobs';
import { evaluateRanker, evaluateRecalled, type Ranker, type RankExample } from '@click-recall/model';
import { messageOf } from '@click-recall/runtime';
import { adoptRanker } from '../steps/adopt-ranker.js';
import { fitRanker } from '../steps/fit-ranker.js';
import { judgeRanker, type RankerVerdict } from '../steps/judge-ranker.js';
import { pruneRankers } from '../steps/prune-rankers.js';
import { itemStatistics, rankerClicks } from '../steps/ranker-clicks.js';
import { recalledLists } from '../steps/recalled-lists.js';
import { takeSnapshot } from '../steps/take-snapshot.js';
import { writeRanker } from '../steps/write-ranker.js';
import { loadOrFail } from './evaluate.js';
import type { TaskContext } from './task-context.js';

export interface RankerOutcome {
  readonly result: JobResult<'train-ranker'>;
  readonly verdict: RankerVerdict;
}

export interface TrainRankerRequest extends JobData<'train-ranker'> {
  /** The ranker to write: the same one in every run of a job. */
  readonly version: string;
}

/**
 * Recalled lists and what was clicked then in, a ranker of the live encoder out; it is live where it passed its gate. Throws a
 * JobFailedError where there is too little to judge by, and where another encoder has gone live.
 */
export async function trainRanker(request: TrainRankerRequest, context: TaskContext): Promise<RankerOutcome> {
  const { registry, activation, rankers, checkpoint, note } = context;
  const rules = context.settings.rules.ranker;
  const { version } = request;
  const started = context.now();
  const report = reporter(context);

  report({ phase: 'snapshot' });
  const before = await adoptRanker(version, context);
  if (before) return finish(before);
  const modelVersion = await liveVersion(request.modelVersion, context);
  const { encoder, itemIds, trained } = await loadOrFail(registry, modelVersion);
  const snapshot = await takeSnapshot({ store: context.sequences, known: itemIds, checkpoint });
  const clicks = rankerClicks(snapshot, trained, rules);
  requireEnough(clicks.gate.length, rules.gateMinClicks);
  const { history } = context.ranker;
  const listsOf = { encoder, candidates: rules.candidates, history, checkpoint };
  const train = await recalledLists({ ...listsOf, clicks: clicks.train });
  const validation = await recalledLists({ ...listsOf, clicks: clicks.validation });
  const gate = await recalledLists({ ...listsOf, clicks: clicks.gate });
  requireEnough(gate.length, rules.gateMinClicks);
  const lists = train.filter(({ target }) => target >= 0).length;
  note(
    `lists of ${rules.candidates}: ${train.length} to learn from, ${lists} with the click among them; ${gate.length} to judge by`,
  );
  if (lists === 0) throw new JobFailedError('too-few-clicks', 'no click to learn from is among what was recalled');

  const items = {
    vectors: encoder.itemVectors(),
    dim: encoder.dim,
    ...itemStatistics(snapshot, encoder.itemCount),
  };
  encoder.dispose();
  const { ranker, bestEpoch } = await fitRanker({
    items,
    train,
    validation,
    config: context.ranker,
    checkpoint,
    report,
  });

  report({ phase: 'evaluation' });
  await checkpoint();
  const metrics = { ...measure(ranker, gate), lists, candidates: rules.candidates, epochs: bestEpoch };
  const verdict = judgeRanker(metrics);
  note(`gate: ${verdict.passed ? 'passed' : 'rejected'}: ${verdict.message}`, verdict.passed ? 'info' : 'warn');

  report({ phase: 'saving' });
  await checkpoint();
  const stage = { modelVersion, candidates: rules.candidates, history };
  const parts = { ranker, stage, rules, metrics, verdict, registry, rankers };
  await writeRanker({ version, ...parts, now: context.now() });
  ranker.dispose();
  note(`wrote ${version}`);
  return finish({ modelVersion, metrics, verdict });

  /** Also for one that an earlier run has written: whether that one put it live, nobody knows, and twice is as once. */
  async function finish(
    written: Pick<RankerOutcome, 'verdict'> & Pick<RankerOutcome['result'], 'modelVersion' | 'metrics'>,
  ) {
    if (written.verdict.passed) await goLive(written.modelVersion);
    await tidyUp(context, version);
    const seconds = (context.now() - started) / 1000;
    const { modelVersion: encoderVersion, metrics: figures, verdict: judged } = written;
    return {
      result: { rankerVersion: version, modelVersion: encoderVersion, metrics: figures, seconds },
      verdict: judged,
    };
  }

  async function goLive(encoderVersion: string): Promise<void> {
    const switched = await activation.switchRanker(encoderVersion, version, context.now());
    if (switched !== 'activated') throw overtaken(encoderVersion, switched.refused, version);
    note(`${version} is live`);
  }
}

/** The encoder to train for: nothing is to be gained for one that is not live (any more). */
async function liveVersion(wanted: string | undefined, { activation }: TaskContext): Promise<string> {
  const live = (await activation.read())?.encoder;
  if (live === undefined) throw new JobFailedError('unknown-model', 'no version is live');
  if (wanted !== undefined && wanted !== live) throw overtaken(wanted, live);
  return live;
}

function overtaken(encoder: string, live: string | null, ranker = 'a ranker'): JobFailedError {
  return new JobFailedError('overtaken', `${ranker} of ${encoder} cannot go live: ${live ?? 'nothing'} is live now`);
}

function requireEnough(clicks: number, least: number): void {
  if (clicks >= least) return;
  const text = `${clicks} newest clicks of users for the gate, that the encoder was not trained on; ${least} are needed`;
  throw new JobFailedError('too-few-clicks', text);
}

function measure(ranker: Ranker, gate: readonly RankExample[]): Omit<RankerMetrics, 'lists' | 'candidates' | 'epochs'> {
  const recalled = evaluateRecalled(gate);
  const reranked = evaluateRanker(ranker, gate);
  return {
    ndcg10: { recalled: recalled.ndcg, reranked: reranked.ndcg },
    hr10: { recalled: recalled.hr, reranked: reranked.hr },
    clicks: gate.length,
    recalled: gate.filter(({ target }) => target >= 0).length,
  };
}

/** The ranker is there: what goes wrong from here on is no reason to train again. */
async function tidyUp(context: TaskContext, version: string): Promise<void> {
  try {
    const removed = await pruneRankers({ ...context, version, now: context.now() });
    if (removed.length > 0) context.note(`removed the files of ${removed.join(', ')}`);
  } catch (error) {
    context.note(`old rankers were not removed: ${messageOf(error)}`, 'warn');
  }
}

/** Reports each phase with the curve so far. */
function reporter(context: TaskContext): (progress: Partial<TrainProgress>) => void {
  const { epochs } = context.ranker;
  let last: TrainProgress = { phase: 'snapshot', epoch: 0, epochs, step: 0, steps: 0, loss: null, curve: [] };
  return (progress) => context.report((last = { ...last, ...progress }));
}
