import type { Answer } from './open-answer-check.js';

/** What recall answers to a question of recommendations. */
export type RecallAnswer = Answer & { readonly sequenceRevision: number | null };

/** The answer at a path of recall, whatever its status; with a body it is a POST. */
export function askRecall({ url }: { readonly url: string }, path: string, body?: object): Promise<Response> {
  const post = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return fetch(`${url}${path}`, post);
}

/** Like {@link askRecall}; throws where the status is no success. */
export async function recallAnswer(
  recall: { readonly url: string },
  path: string,
  body?: object,
): Promise<RecallAnswer> {
  const response = await askRecall(recall, path, body);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as RecallAnswer;
}
