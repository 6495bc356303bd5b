/** A log of people of two tastes, which the words of the titles tell apart, and nothing else. */
export interface TwoTastes {
  readonly csv: string;
  readonly itemsCsv: string;
  /** Items of each taste. */
  readonly items: number;
  /** Different items that everybody clicked, all of their own taste. */
  readonly clicks: number;
}

/** Users `garden 0` and so on click plants, users `harbour 0` and so on boats, each a walk of their own through all of them. */
export function twoTastes(users = 60, items = 150, clicks = 24): TwoTastes {
  const start = Date.UTC(2024, 0, 1);
  const rows: string[] = [];
  const itemRows: string[] = [];
  for (const [taste, { person, words }] of TASTES.entries()) {
    for (let item = 0; item < items; item += 1) {
      const title = `${words[item % words.length]!} ${words[(item * 5 + 2) % words.length]!} no. ${item}`;
      itemRows.push(`${person}-item-${item},${title}`);
    }
    for (let user = 0; user < users; user += 1) {
      for (let click = 0; click < clicks; click += 1) {
        // A step that shares no divisor with 150, so that no item comes twice.
        const item = (user * 11 + click * [7, 11, 13, 17][user % 4]!) % items;
        const at = new Date(start + (click * 2 * users + 2 * user + taste) * 1000).toISOString();
        rows.push(`${person} ${user},${person}-item-${item},${at}`);
      }
    }
  }
  return {
    csv: `${['user,item,at', ...rows].join('\n')}\n`,
    itemsCsv: `${['item,title', ...itemRows].join('\n')}\n`,
    items,
    clicks,
  };
}

const TASTES = [
  { person: 'garden', words: ['Rose', 'Tulip', 'Fern', 'Oak', 'Moss', 'Ivy'] },
  { person: 'harbour', words: ['Anchor', 'Schooner', 'Mast', 'Tide', 'Buoy', 'Keel'] },
];
