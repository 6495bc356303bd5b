import type { Example, Summary } from './summary.js';

/** Addresses that a person may want to open. */
export type Addresses = readonly (readonly [what: string, address: string])[];

/** The summary as text for a person. */
export function printSummary(summary: Summary, examples: readonly Example[], addresses: Addresses): string {
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
    ...examples.flatMap(({ userId, clicked, recommended }) => [
      '',
      `user ${userId}`,
      `  clicked last   ${clicked.join(' · ')}`,
      `  recommended    ${recommended.join(' · ')}`,
    ]),
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

/** Wide enough for the name of a version. */
const NAME_WIDTH = 46;

function row(name: string, { hr10, ndcg10 }: { hr10: number; ndcg10: number }): string {
  return `${name.padEnd(NAME_WIDTH)}${hr10.toFixed(4)}   ${ndcg10.toFixed(4)}`;
}

const count = (value: number): string => value.toLocaleString('en-US');
