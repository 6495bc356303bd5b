import { describe, expect, it } from 'vitest';
import { parseStartOptions, UsageError } from '../start/options.mjs';

const OWN = ['--events', 'log.csv', '--format', 'csv', '--user', 'u', '--item', 'i', '--timestamp', 't'];

describe('parseStartOptions', () => {
  it('needs nothing', () => {
    expect(parseStartOptions([])).toMatchObject({ once: false, serve: false, events: undefined, items: undefined });
  });

  it('reads a log of your own, times in milliseconds unless said', () => {
    const items = ['--items', 'items.csv', '--item-id', 'id', '--title', 'name'];
    expect(
      parseStartOptions([...OWN, '--type', 'kind', '--keep', 'VIEW, LIKE', '--max-events', '10', ...items, '--once']),
    ).toMatchObject({
      once: true,
      events: {
        file: 'log.csv',
        format: 'csv',
        user: 'u',
        item: 'i',
        timestamp: 't',
        timestampUnit: 'ms',
        type: 'kind',
        keep: ['VIEW', 'LIKE'],
        maxEvents: 10,
      },
      items: { file: 'items.csv', format: 'csv', itemId: 'id', title: 'name' },
    });
  });

  it.each([
    [['--epochs', 'many'], '--epochs'],
    [['--epochs', '0'], '--epochs'],
    [['--max-events', '1.5'], '--max-events'],
    [['--unknown'], '--unknown'],
    [['stray'], 'stray'],
    [['--format', 'csv'], '--events'],
    [['--title', 'name'], '--items'],
    [OWN.slice(0, -2), '--timestamp'],
    [[...OWN, '--timestamp-unit', 'minutes'], 's, ms, iso'],
    [[...OWN, '--keep', 'VIEW'], '--type'],
    [[...OWN, '--items', 'items.csv'], '--item-id'],
  ])('refuses %j, naming %s', (args, named) => {
    expect(() => parseStartOptions(args)).toThrow(UsageError);
    expect(() => parseStartOptions(args)).toThrow(named);
  });
});
