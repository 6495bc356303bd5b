import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, folder } from './open-test-cli.js';

describe('compare', () => {
  const CONFIG = `name: ring
data: { format: user-items, path: ring.txt }
protocol: { kind: leave-one-out }
model:
  network: sequence-encoder
  encoder: { sequenceLength: 4, dim: 4, heads: 1, layers: 1 }
  training: { epochs: 2, batchSize: 8 }
`;
  const written = (config: string): string => {
    const made = folder();
    const ring = Array.from(
      { length: 9 },
      (_, user) => `u${user} ${[0, 1, 2, 3].map((i) => `i${(user + i) % 5}`).join(' ')}`,
    );
    writeFileSync(join(made, 'ring.txt'), ring.join('\n'));
    writeFileSync(join(made, 'ring.yaml'), config);
    return made;
  };

  it('trains, writes the runs and the page, and says the figures', { timeout: 120_000 }, async () => {
    const made = written(CONFIG);
    const [out, tables] = [join(made, 'out'), join(made, 'tables', 'ring.json')];
    const { code, json, err } = await cli([
      '--json',
      'compare',
      join(made, 'ring.yaml'),
      '--out',
      out,
      '--json-file',
      tables,
    ]);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      page: join(made, 'out', 'ring.html'),
      tables: [{ data: { name: 'ring', users: 9 }, rows: [{ label: 'popularity' }, {}, {}, { name: 'ring' }] }],
    });
    expect(JSON.parse(readFileSync(tables, 'utf8'))).toEqual(json());
    expect(readFileSync(join(made, 'out', 'ring.html'), 'utf8')).toContain('first-order Markov');
    expect(readdirSync(join(made, 'out', 'ring-seed1')).toSorted()).toEqual([
      'config.yaml',
      'curves.json',
      'metrics.json',
    ]);
  });

  it.each([
    ['a field of the file', ['heads: 1', 'heads: 3'], [], /ring\.yaml:6: model\.encoder\.dim: .*divisible/],
    ['an unknown network', ['sequence-encoder', 'oracle'], [], /ring\.yaml:5: model\.network: expected one of/],
    ['a missing data file', ['ring.txt', 'absent.txt'], [], /no file .*absent\.txt/],
    [
      'a given data file that is missing',
      ['', ''],
      ['--dataset', 'ring=/nowhere/ring.txt'],
      /no file \/nowhere\/ring\.txt/,
    ],
  ])('ends with 1 on %s', async (_what, [from = '', to = ''], options, message) => {
    const made = written(CONFIG.replace(from, to));
    const { code, err, out } = await cli(['compare', join(made, 'ring.yaml'), '--out', made, ...options]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(message);
    expect(err.split('\n')).toHaveLength(2);
  });

  it('ends with 2 when it is not understood', async () => {
    expect((await cli(['compare'])).code).toBe(2);
    expect((await cli(['compare', 'x.yaml', '--dataset', 'nameless'])).err).toContain('expected NAME=FILE');
  });
});
