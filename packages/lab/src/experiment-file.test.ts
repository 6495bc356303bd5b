import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExperiments, writeExperiment, type ReadOptions } from './experiment-file.js';
import { LabError } from './lab-error.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'experiments-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function read(yaml: string, options?: ReadOptions, name = 'try.yaml') {
  await writeFile(join(folder, name), yaml);
  return readExperiments(join(folder, name), options);
}

const ONE = `name: base
data: { format: user-item, path: clicks.txt }
protocol: { kind: leave-one-out }
model:
  network: sequence-encoder
  encoder: { dim: 8, heads: 2 }
`;

describe('readExperiments', () => {
  it('reads one experiment and completes it with defaults', async () => {
    const [experiment, ...others] = await read(ONE);
    expect(others).toEqual([]);
    expect(experiment).toMatchObject({
      name: 'base',
      label: 'base',
      data: { format: 'user-item', name: 'clicks', path: join(folder, 'clicks.txt') },
      protocol: { kind: 'leave-one-out', keepRepeats: false },
      seeds: [1],
      settings: { encoder: { dim: 8, heads: 2, layers: 2 }, training: { batchSize: 64 } },
    });
    expect(experiment?.kind.network).toBe('sequence-encoder');
  });

  it('reads a list in which one takes over from another', async () => {
    const list = `- &base
  name: one
  data: { format: recbole, path: a.inter }
  protocol: { kind: leave-one-out, keepRepeats: true }
  seeds: [1, 2, 3]
  model: &model { network: sequence-encoder, encoder: &encoder { dim: 8 } }
- { <<: *base, name: two, label: two layers, model: { <<: *model, encoder: { <<: *encoder, layers: 3 } } }
`;
    const [one, two] = await read(list);
    expect(two).toMatchObject({ label: 'two layers', seeds: [1, 2, 3], settings: { encoder: { dim: 8, layers: 3 } } });
    expect(two?.protocol).toEqual(one?.protocol);
  });

  it('finds data in a given folder, or by the name of the data set', async () => {
    const [inFolder] = await read(ONE, { dataFolder: '/data' });
    expect(inFolder?.data.path).toBe('/data/clicks.txt');
    const [given] = await read(ONE, { dataPaths: new Map([['clicks', '/mine.txt']]) });
    expect(given?.data.path).toBe('/mine.txt');
  });

  it('can keep repeats in every experiment, under names of their own', async () => {
    const [experiment] = await read(ONE, { keepRepeats: true });
    expect(experiment).toMatchObject({ name: 'base-repeats', protocol: { keepRepeats: true } });
  });

  it('reads tables with named columns', async () => {
    const table = ONE.replace(
      /data: .*/,
      'data: { format: csv, path: log.csv, options: { user: who, timestamp: at, timestampUnit: s, items: { path: items.csv } } }',
    );
    const [experiment] = await read(table);
    expect(experiment?.data).toMatchObject({
      columns: { user: 'who', item: 'itemId', timestamp: 'at', timestampUnit: 's' },
      items: { path: join(folder, 'items.csv'), itemId: 'itemId' },
    });
  });

  it('writes an experiment of one seed that reads as the same one', async () => {
    const [experiment] = await read(ONE);
    const [again] = await read(writeExperiment(experiment!, 7), {}, 'again.yaml');
    expect(again).toEqual({ ...experiment, seeds: [7] });
  });

  it.each([
    [
      'dims that do not divide',
      'heads: 2',
      'heads: 3',
      6,
      'model.encoder.dim',
      'divisible by encoder.heads (3), not 8',
    ],
    ['an unknown setting', 'dim: 8', 'width: 8', 6, 'model.encoder.width', 'one of network'],
    ['an unknown network', 'network: sequence-encoder', 'network: oracle', 5, 'model.network', 'found "oracle"'],
    ['no network', 'network: sequence-encoder', 'training: {}', 5, 'model.network', 'expected the name of a network'],
    ['a protocol that does not suit', 'kind: leave-one-out', 'kind: random-split', 3, 'protocol.kind', 'leave-one-out'],
    [
      'an unknown protocol',
      'kind: leave-one-out',
      'kind: guess',
      3,
      'protocol.kind',
      `expected 'leave-one-out' | 'random-split', found "guess"`,
    ],
    [
      'an unknown format',
      'format: user-item',
      'format: xml',
      2,
      'data.format',
      'expected one of recbole, user-item, user-items, csv, tsv, jsonl, found "xml"',
    ],
    ['an unknown field', 'name: base', 'name: base\nsead: 1', 2, 'sead', 'there is no such field'],
    ['a name that is no folder', 'name: base', 'name: ../base', 1, 'name', 'expected letters, digits'],
    ['no data', /data: .*/, '', 1, 'data', 'expected object'],
    [
      'a seed that is none',
      'name: base',
      'name: base\nseeds: [1, x]',
      2,
      'seeds[1]',
      'expected number, received string, found "x"',
    ],
  ])('says where %s stands', async (_what, from, to, line, field, expected) => {
    const reading = read(ONE.replace(from, to));
    await expect(reading).rejects.toBeInstanceOf(LabError);
    await expect(reading).rejects.toThrow(`try.yaml:${line}: ${field}: `);
    await expect(reading).rejects.toThrow(expected);
  });

  it.each([
    ['a fault of YAML', `${ONE}  encoder: [`, /try\.yaml:7: /],
    [
      'two experiments of one name',
      '- { name: a, data: {format: user-item, path: x}, protocol: {kind: leave-one-out}, model: {network: sequence-encoder} }\n'.repeat(
        2,
      ),
      /two experiments are called a/,
    ],
    ['nothing', '[]', /has no experiment/],
  ])('refuses %s', async (_what, yaml, message) => {
    await expect(read(yaml)).rejects.toThrow(message);
  });

  it('says which entry of a list is wrong, and which file is missing', async () => {
    const list = `- ${ONE.trim().replaceAll('\n', '\n  ')}\n- name: second\n`;
    await expect(read(list)).rejects.toThrow('try.yaml:7: [1].data: ');
    await expect(readExperiments(join(folder, 'absent.yaml'))).rejects.toThrow('absent.yaml: cannot be read');
  });
});
