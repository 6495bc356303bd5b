import type { JobData, JobResult, Metrics, TrainProgress } from '@click-recall/contracts';
import { JobFailedError } from '@click-recall/jobs';
import { messageOf } from '@click-recall/runtime';
import { adoptVersion } from '../steps/adopt-version.js';
import { compareVersions } from '../steps/compare-versions.js';
import { fit } from '../steps/fit.js';
import { judge, type Verdict } from '../steps/gate.js';
import { holdOut, requireEnough, sequenceLengths, untrained } from '../steps/hold-out.js';
import { measure } from '../steps/measure.js';
import { knownItems, openStart, startEncoder } from '../steps/open-start.js';
import { pruneVersions } from '../steps/prune-versions.js';
import { takeSnapshot } from '../steps/take-snapshot.js';
import { trainMapping } from '../steps/train-mapping.js';
import { trainedClicks } from '../steps/trained-clicks.js';
import { writeVersion } from '../steps/write-version.js';
import type { TaskContext } from './task-context.js';

export interface TrainOutcome {
  readonly result: JobResult<'train'>;
  readonly verdict: Verdict;
}

export interface TrainRequest extends JobData<'train'> {
  /** The version to write: the same one in every run of a job. */
  readonly version: string;
}

/** Sequences in, an immutable model version out, or the reason why there is none. */
export async function train(request: TrainRequest, context: TaskContext): Promise<TrainOutcome> {
  const { settings, registry, models, activation, checkpoint, note } = context;
  const { rules } = settings;
  const { version } = request;
  const started = context.now();
  const seconds = (): number => (context.now() - started) / 1000;
  const model = request.epochs
    ? { ...context.model, training: { ...context.model.training, epochs: request.epochs } }
    : context.model;
  const enter = phases(context, model.training.epochs);

  enter('snapshot');
  const before = await adoptVersion(version, context);
  if (before)
    return {
      result: { modelVersion: version, metrics: before.metrics, seconds: seconds() },
      verdict: before.verdict,
    };
  const start = await openStart({ activation, registry, config: model.encoder });
  note(
    start.from === 'live' ? `starts from ${start.live.version}` : `starts afresh: ${start.why}`,
    start.from === 'fresh' && start.liveVersion !== undefined ? 'warn' : 'info',
  );
  const snapshot = await takeSnapshot({ store: context.sequences, known: knownItems(start), checkpoint });
  note(`snapshot: ${snapshot.userIds.length} users, ${snapshot.items} items, ${snapshot.clicks} clicks`);
  const { itemIds } = snapshot;
  const held = holdOut(snapshot);
  requireEnough(held, snapshot.items, settings);
  const inherited = start.from === 'live' ? start.live.trained : new Set<bigint>();

  const encoder = startEncoder(start, model, itemIds.length);
  const fitted = await fit({
    encoder,
    train: held.train,
    validation: held.validation,
    config: model.training,
    checkpoint,
    report: enter.report,
  });
  note(`trained ${fitted.epochs} epochs, kept epoch ${fitted.bestEpoch}, loss ${fitted.loss.toFixed(4)}`);

  enter('evaluation');
  const candidate = { encoder, itemIds, clickItemIds: itemIds };
  const unseen = untrained(held.test, [inherited]);
  // With every held-out click trained on before (`finalEpochs`, and nothing new since) figures on them are better than none.
  const clicks = unseen.targets.length >= rules.gateMinClicks ? unseen : held.test;
  const measured = await measure({ ...candidate, clicks, train: held.train });
  const warn = (line: string): void => note(line, 'warn');
  const compared = await compareVersions({ ...context, ...candidate, test: held.test, inherited, rules, warn });
  const heldOut = { clicks: measured.clicks, ndcg10: measured.ndcg10, popularity: measured.popularity.ndcg10 };
  const verdict = judge({ ...compared, loss: fitted.loss, heldOut }, rules);
  note(`gate: ${verdict.passed ? 'passed' : 'rejected'}: ${verdict.message}`, verdict.passed ? 'info' : 'warn');

  // Weights of which nothing can be said are worth nothing to anybody.
  if (!verdict.passed && verdict.code === 'non-finite-loss') throw new JobFailedError(verdict.code, verdict.message);

  const finish = verdict.passed && rules.finalEpochs > 0;
  if (finish) {
    const config = { ...model.training, epochs: rules.finalEpochs };
    await fit({ encoder, train: snapshot.sequences, config, checkpoint, report: enter.report });
    note(`trained ${rules.finalEpochs} more epochs with the held-out clicks`);
  }

  enter('new-items');
  const wanted = verdict.passed && rules.coldStart.enabled;
  const mapping = wanted ? await trainMapping({ ...context, encoder, snapshot, config: context.coldStart }) : undefined;

  enter('saving');
  await checkpoint();
  const metrics: Metrics = {
    hr10: measured.hr10,
    ndcg10: measured.ndcg10,
    popularity: measured.popularity,
    markov: measured.markov,
    validationNdcg10: fitted.validationNdcg10,
    loss: fitted.loss,
    epochs: fitted.epochs,
    users: snapshot.userIds.length,
    items: snapshot.items,
    clicks: snapshot.clicks,
    ...(mapping && { coldStart: mapping.metrics }),
  };
  const lengths = sequenceLengths(snapshot.sequences);
  const trained = trainedClicks({ newest: snapshot.newest, lengths, heldOutToo: finish, inherited });
  const parts = { version, encoder, snapshot, start, model, rules, metrics, fitted, verdict, trained, mapping };
  await writeVersion({ ...parts, registry, models, now: context.now() });
  encoder.dispose();
  note(`wrote ${version}`);
  await tidyUp(context, version);
  return { result: { modelVersion: version, metrics, seconds: seconds() }, verdict };
}

/** The version is there: what goes wrong from here on is no reason to train again. */
async function tidyUp(context: TaskContext, version: string): Promise<void> {
  const { keepVersions } = context.settings.rules;
  try {
    const removed = await pruneVersions({ ...context, keepVersions, version, now: context.now() });
    if (removed.length > 0) context.note(`removed the files of ${removed.join(', ')}`);
  } catch (error) {
    context.note(`old versions were not removed: ${messageOf(error)}`, 'warn');
  }
}

interface Phases {
  (phase: TrainProgress['phase']): void;
  readonly report: TaskContext['report'];
}

/** Reports each phase with the curve so far. */
function phases(context: TaskContext, epochs: number): Phases {
  let last: TrainProgress = { phase: 'snapshot', epoch: 0, epochs, step: 0, steps: 0, loss: null, curve: [] };
  const report: TaskContext['report'] = (progress, stepSeconds) => {
    last = progress;
    context.report(progress, stepSeconds);
  };
  return Object.assign((phase: TrainProgress['phase']) => report({ ...last, phase }), { report });
}
