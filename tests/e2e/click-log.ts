/** A small log with structure: each user walks around a ring of items, so that the next item can be learnt from the last. */
export interface SyntheticLog {
  readonly csv: string;
  readonly itemsCsv: string;
  readonly rows: number;
  readonly users: number;
  readonly items: number;
}

/** `userCount` users with `clicks` clicks each; two bad rows at the end. */
export function syntheticLog(userCount = 80, clicks = 24, itemCount = 60): SyntheticLog {
  const start = Date.UTC(2024, 0, 1);
  const rows: string[] = [];
  for (let click = 0; click < clicks; click += 1) {
    for (let user = 0; user < userCount; user += 1) {
      const item = (user * 7 + click * (1 + (user % 2))) % itemCount;
      rows.push(`user ${user},item-${item},${new Date(start + (click * userCount + user) * 1000).toISOString()},VIEW`);
    }
  }
  const bad = [`,item-1,${new Date(start).toISOString()},VIEW`, 'user 1,item-1,yesterday,VIEW'];
  const items = Array.from({ length: itemCount }, (_, item) =>
    `item-${item},"Title, number ${item}",Even|Ring`.replace('Even', item % 2 ? 'Odd' : 'Even'),
  );
  return {
    csv: `${['visitor,sku,at,kind', ...rows, ...bad].join('\n')}\n`,
    itemsCsv: `${['sku,name,classes', ...items].join('\n')}\n`,
    rows: rows.length,
    users: userCount,
    items: itemCount,
  };
}
