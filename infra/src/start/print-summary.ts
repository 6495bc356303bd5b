import { describeRankerMetrics } from './describe-flow.js';
import type { Example, Summary } from './summary.js';
import type { NewItemTried } from './try-new-item.js';

/** Addresses that a person may want to open. */
export type Addresses = readonly (readonly [what: string, address: string])[];

/** The summary as text for a person. */
export function printSummary(
  summary: Summary,
  examples: readonly Example[],
  tried: NewItemTried | undefined,
  addresses: Addresses,
): string {
  const { events, metrics } = summary;
  const lines = [
    '',
    `${count(events.published)} events published, ${count(events.applied)} in the sequences of ${count(summary.users)} users` +
      ` (${count(events.rejected)} rejected, ${count(events.droppedByCap)} dropped by the cap), ${count(summary.items)} items`,
    '',
    ...(metrics
      ? [
          `${'held-out last click of each user'.padEnd(NAME_WIDTH)}HR@10    NDCG@10`,
          row(`  this model (${summary.modelVersion ?? ''})`, metrics),
          row('  last-item Markov', metrics.markov),
          row('  popularity', metrics.popularity),
        ]
      : ['no model is live']),
    ...rankerLines(summary),
    ...examples.flatMap(({ userId, clicked, recommended, recalled }) => [
      '',
      `user ${userId}`,
      `  clicked last   ${clicked.join(' · ')}`,
      `  recommended    ${recommended.join(' · ')}`,
      ...(recalled ? [`  not re-ranked  ${recalled.join(' · ')}`] : []),
    ]),
    ...newItemLines(summary.newItems, tried),
    '',
    `${count(summary.recommendations)} messages on recommendations` +
      (summary.indexRecall === null ? '' : `, recall@100 of the index ${summary.indexRecall.toFixed(3)}`) +
      `, ${summary.seconds.toFixed(0)} s`,
    '',
    ...addresses.map(([what, address]) => `  ${what.padEnd(18)}${address}`),
    '',
  ];
  return `${lines.join('\n')}\n`;
}

/** By what the ranker was judged. */
function rankerLines({ ranker }: Summary): string[] {
  if (!ranker) return [];
  const verdict = ranker.live ? 'passed its gate, live' : 'did not pass its gate';
  return ['', `${ranker.version} ${verdict}:`, `  ${describeRankerMetrics(ranker.metrics)}`];
}

/** Wide enough for the name of a version. */
const NAME_WIDTH = 46;

function row(name: string, { hr10, ndcg10 }: { hr10: number; ndcg10: number }): string {
  return `${name.padEnd(NAME_WIDTH)}${hr10.toFixed(4)}   ${ndcg10.toFixed(4)}`;
}

function newItemLines(newItems: Summary['newItems'], tried: NewItemTried | undefined): string[] {
  if (!newItems) return [];
  const { count: known, metrics } = newItems;
  const lines = ['', `new items: ${count(known)} known by title and categories alone are in the index`];
  if (metrics) {
    const { items, clicks, recall100, others100, encoder100 } = metrics;
    lines.push(
      `  ${count(items)} items kept from it are among the first 100 of ${percent(recall100)} of those who click them, of ${percent(others100)} of others`,
      `  (once clicked and learned, of ${percent(encoder100)}; ${count(clicks)} clicks)`,
    );
  }
  if (!tried) return lines;
  const { title, categories, indexedMs, goneMs, users } = tried;
  lines.push(
    `  invented "${title}" (${categories.join(', ')}): in the index after ${seconds(indexedMs)}, gone ${seconds(goneMs)} after its deletion; ranks highest for`,
    ...users.map(({ userId, clicked, place }) => {
      const where = place === null ? 'not among the first 200' : `place ${place}`;
      return `    user ${userId} (${where}), who clicked last   ${clicked.join(' · ')}`;
    }),
  );
  return lines;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const count = (value: number): string => value.toLocaleString('en-US');
