import { createEncoders, type VersionedEncoder } from '@click-recall/encoding';
import { createSequenceStore, type SequenceStore } from '@click-recall/redis';
import { createRegistry } from '@click-recall/registry';
import { SMALL_KEEPS } from '../replay/open-state-check.js';
import type { RowRun } from '../row.js';
import type { FaultPipeline } from '../world/open-world.js';

/** As far as answers over HTTP and messages on `recommendations` are alike. */
export interface Answer {
  readonly modelVersion: string | null;
  readonly items: readonly { readonly itemId: string; readonly score: number; readonly channel: string }[];
}

/** Says whether the scores of an answer are those of one version, the one that it names: the models are loaded and the scores made again. */
export interface AnswerCheck {
  /** Of a session: the vector follows from the version and the request alone. */
  ofSession(itemIds: readonly string[], answer: Answer): Promise<void>;
  /** Items like an item. */
  ofItem(itemId: string, answer: Answer): Promise<void>;
  /** A user's list, over HTTP or as a message; one that is of another revision than the user has now says nothing. */
  ofUser(userId: string, answer: Answer & { readonly sequenceRevision: number | null }): Promise<void>;
  /** Answers whose scores were made again. */
  readonly checked: () => number;
  readonly encoderOf: (version: string) => Promise<VersionedEncoder>;
}

/** Of the product of the lengths of both vectors; the index answers in 32 bits. */
const TOLERANCE = 1e-3;

export function openAnswerCheck(
  { redis, namespace, env }: FaultPipeline,
  { violation, defer }: Pick<RowRun, 'violation' | 'defer'>,
): AnswerCheck {
  const registry = createRegistry(env['REGISTRY_URL'] ?? '');
  const encoders = createEncoders({ read: (version) => registry.read(version) });
  defer(() => encoders.close());
  const sequences = createSequenceStore(redis, {
    namespace,
    keep: SMALL_KEEPS.sequenceKeep,
    seenKeep: SMALL_KEEPS.seenKeep,
  });
  const matrices = new WeakMap<VersionedEncoder, Float32Array>();
  let checked = 0;

  function vectorOf(encoder: VersionedEncoder, itemId: string): Float32Array | undefined {
    const matrix = matrices.get(encoder) ?? encoder.itemVectors();
    matrices.set(encoder, matrix);
    const row = encoder.rowOf(itemId);
    return row === undefined ? undefined : matrix.subarray(row * encoder.dim, (row + 1) * encoder.dim);
  }

  function compare(what: string, encoder: VersionedEncoder, query: Float32Array | undefined, { items }: Answer): void {
    const recalled = items.filter(({ channel }) => channel !== 'popular');
    const wrong = recalled.find(({ itemId, score }) => {
      const vector = vectorOf(encoder, itemId);
      return !query || !vector || Math.abs(dot(query, vector) - score) > TOLERANCE * lengthOf(query) * lengthOf(vector);
    });
    // An answer of popular items alone has no scores of a version.
    if (recalled.length > 0) checked += 1;
    if (!wrong) return;
    const vector = vectorOf(encoder, wrong.itemId);
    const expected = query && vector ? dot(query, vector).toFixed(5) : 'nothing';
    violation(
      `${what} names version ${encoder.version}, which gives ${wrong.itemId} ${expected}, not ${wrong.score.toFixed(5)}`,
    );
  }

  return {
    checked: () => checked,
    encoderOf: (version) => encoders.get(version),
    async ofSession(itemIds, answer) {
      if (answer.modelVersion === null) return onlyPopular('a session', answer, violation);
      const encoder = await encoders.get(answer.modelVersion);
      const [vector] = await encoder.encode([itemIds]);
      compare(`the answer to the session ${itemIds.join()}`, encoder, vector, answer);
    },
    async ofItem(itemId, answer) {
      if (answer.modelVersion === null) return onlyPopular(`items like ${itemId}`, answer, violation);
      const encoder = await encoders.get(answer.modelVersion);
      compare(`items like ${itemId}`, encoder, vectorOf(encoder, itemId), answer);
    },
    async ofUser(userId, answer) {
      if (answer.modelVersion === null) return onlyPopular(`the list of ${userId}`, answer, violation);
      const encoder = await encoders.get(answer.modelVersion);
      const itemIds = await sequenceAt(sequences, userId, answer.sequenceRevision, encoder.sequenceLength);
      if (!itemIds) return;
      const [vector] = await encoder.encode([itemIds]);
      compare(`the list of ${userId}`, encoder, vector, answer);
    },
  };
}

function onlyPopular(what: string, { items }: Answer, violation: RowRun['violation']): void {
  const other = items.find(({ channel }) => channel !== 'popular');
  if (other) violation(`${what} names no version, and has ${other.itemId} by the channel ${other.channel}`);
}

/** The user's items, if the sequence still is of this revision. */
async function sequenceAt(
  sequences: Pick<SequenceStore, 'read' | 'revisions'>,
  userId: string,
  revision: number | null,
  newest: number,
): Promise<string[] | undefined> {
  const [sequence] = await sequences.read([userId], newest);
  const [after] = await sequences.revisions([userId]);
  return sequence?.revision === revision && after === revision
    ? sequence?.events.map(({ itemId }) => itemId)
    : undefined;
}

export function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, place) => sum + value * (b[place] ?? 0), 0);
}

export function lengthOf(vector: Float32Array): number {
  return Math.sqrt(dot(vector, vector));
}
