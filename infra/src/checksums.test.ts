import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkFolder, recordedSums } from '../bootstrap/checksums.mjs';
import { ensureKafka } from '../bootstrap/kafka.mjs';
import { SetupProblem } from '../bootstrap/problem.mjs';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'click-recall-sums-'))));
afterEach(() => rm(folder, { recursive: true }));

const sum = (text: string): string => createHash('sha256').update(text).digest('hex');
const check = { what: 'a part', waysOut: ['ask somebody'] };

describe('checkFolder', () => {
  const sums = new Map([
    ['a.jar', sum('a')],
    ['b.jar', sum('b')],
  ]);

  it('takes what is as recorded', async () => {
    await writeFile(join(folder, 'a.jar'), 'a');
    await expect(checkFolder(folder, { ...check, sums })).resolves.toBeUndefined();
  });

  it('refuses a file that was tampered with, and names it, what was expected and what was found', async () => {
    await writeFile(join(folder, 'a.jar'), 'another');
    const refused = checkFolder(folder, { ...check, sums });
    await expect(refused).rejects.toThrow(`a.jar: expected ${sum('a')}, found ${sum('another')}`);
    await expect(refused).rejects.toBeInstanceOf(SetupProblem);
  });

  it('refuses a file that nobody recorded, and a set that is not whole', async () => {
    await writeFile(join(folder, 'c.jar'), 'c');
    await writeFile(join(folder, 'a.jar'), 'a');
    const refused = checkFolder(folder, { ...check, sums, expected: (name) => name.endsWith('.jar') });
    await expect(refused).rejects.toThrow(`c.jar: no sum is recorded for it, found ${sum('c')}`);
    await expect(refused).rejects.toThrow('b.jar: expected, and it is not there');
  });
});

it('records each line of its list, the whole class path and the wheels of every system', async () => {
  const names = [...(await recordedSums()).keys()];
  const lines = (await readFile(new URL('../bootstrap/sha256.txt', import.meta.url), 'utf8')).split('\n');
  expect(names).toHaveLength(lines.filter((line) => line !== '' && !line.startsWith('#')).length);
  expect(names.filter((name) => name.endsWith('.jar')).length).toBeGreaterThan(50);
  for (const wheel of [/^recbole-.*-any/, /^tensorflow_cpu-.*x86_64/, /^tensorflow_cpu_aws-.*aarch64/, /^nvidia_cudnn/])
    expect(names.filter((name) => wheel.test(name))).toHaveLength(1);
});

async function kafkaVersion(): Promise<string | undefined> {
  return [...(await recordedSums()).keys()].map((name) => /^kafka_2\.13-(.*)\.jar$/.exec(name)?.[1]).find(Boolean);
}

describe('the set-up', () => {
  beforeEach(() => void vi.stubEnv('CLICK_RECALL_CACHE', folder));
  afterEach(() => void vi.unstubAllEnvs());

  it('runs no jar of the cache that is another than was recorded, and removes it', async () => {
    const kept = join(folder, `kafka-${await kafkaVersion()}`);
    await mkdir(join(kept, 'libs'), { recursive: true });
    await writeFile(join(kept, 'libs', 'slf4j-api-1.7.36.jar'), 'not what it was');
    await expect(ensureKafka({ update: () => undefined })).rejects.toThrow(
      /slf4j-api-1\.7\.36\.jar: expected [0-9a-f]{64}, found [0-9a-f]{64}/,
    );
    await expect(readdir(folder)).resolves.toEqual([]);
  });
});
