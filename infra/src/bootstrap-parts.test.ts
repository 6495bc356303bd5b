import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveUris, debianArchives } from '../bootstrap/apt-sources.mjs';
import { isInstalled } from '../bootstrap/npm.mjs';
import { createProgress } from '../bootstrap/progress.mjs';
import { isPatched } from '../bootstrap/redis.mjs';
import { CommandFailed, run } from '../bootstrap/run.mjs';
import { cudaRequirements } from '../bootstrap/tensorflow.mjs';
import { missingEntries } from '../complete-lock.mjs';

describe('archiveUris', () => {
  it('reads one-line sources', () => {
    const text = [
      '# deb http://old.example/debian bookworm main',
      'deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian/ bookworm main contrib',
      'deb-src http://mirror.example/debian bookworm main',
      'deb http://mirror.example/debian-security bookworm-security main',
      'deb https://tools.example/apt stable main',
    ].join('\n');
    expect(archiveUris(text)).toEqual(['http://mirror.example/debian']);
  });

  it('reads deb822 sources, leaving out what is not enabled', () => {
    const text = [
      'Types: deb',
      '# a comment',
      'URIs: http://a.example/ubuntu http://b.example/ubuntu/',
      'Suites: noble',
      '',
      'Enabled: no',
      'Types: deb',
      'URIs: http://c.example/ubuntu',
    ].join('\n');
    expect(archiveUris(text)).toEqual(['http://a.example/ubuntu', 'http://b.example/ubuntu']);
  });
});

describe('debianArchives', () => {
  let etc: string;
  beforeEach(() => void (etc = mkdtempSync(join(tmpdir(), 'click-recall-etc-'))));
  afterEach(() => rmSync(etc, { recursive: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(etc, path)), { recursive: true });
    writeFileSync(join(etc, path), text);
  };

  it('takes the mirror that the system uses, once', async () => {
    write('os-release', 'ID=debian\n');
    write('apt/sources.list', 'deb http://mirror.example/debian bookworm main\n');
    write('apt/sources.list.d/debian.sources', 'Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\n');
    const archives = await debianArchives(etc);
    expect(archives.map(({ uri, suite }) => ({ uri, suite }))).toEqual([
      { uri: 'http://mirror.example/debian', suite: 'trixie' },
    ]);
    expect(archives[0]?.line).toMatch(/^deb \[signed-by=\S+\] http:\/\/mirror\.example\/debian trixie main$/);
  });

  it('has none for another distribution', async () => {
    write('os-release', 'ID=fedora\n');
    await expect(debianArchives(etc)).resolves.toEqual([]);
  });
});

describe('isPatched', () => {
  it.each([
    ['8.0.2', false],
    ['8.2.5', false],
    ['8.2.6', true],
    ['8.4.2', false],
    ['8.4.10', true],
    ['8.6.3', true],
    ['8.8.0', true],
    ['9.0.0', true],
  ])('%s: %s', (version, patched) => {
    expect(isPatched(version)).toBe(patched);
  });
});

describe('isInstalled', () => {
  const locked = {
    'node_modules/a': { version: '1.0.0', integrity: 'x' },
    'node_modules/other-platform': { version: '1.0.0', optional: true },
    'node_modules/own': { resolved: 'packages/own', link: true },
  };
  const installed = { 'node_modules/a': { version: '1.0.0', integrity: 'x' }, 'node_modules/own': { link: true } };

  it('accepts what npm recorded, without the packages of other platforms', () => {
    expect(isInstalled(locked, installed)).toBe(true);
  });

  it.each([
    ['nothing was recorded', undefined],
    ['a package is missing', { 'node_modules/own': { link: true } }],
    ['a package has another version', { ...installed, 'node_modules/a': { version: '1.0.1', integrity: 'x' } }],
  ])('refuses when %s', (_, recorded) => {
    expect(isInstalled(locked, recorded)).toBe(false);
  });
});

it('missingEntries names the platforms that a lock file lacks, read from the names', () => {
  const packages = {
    'node_modules/tool': {
      version: '2.0.0',
      dev: true,
      optionalDependencies: {
        '@tool/linux-x64-musl': '2.0.0',
        '@tool/linux-x64-gnu': '2.0.0',
        '@tool/extras': '2.0.0',
      },
    },
    'node_modules/@tool/linux-x64-gnu': { version: '2.0.0' },
  };
  expect(missingEntries(packages)).toEqual({
    'node_modules/@tool/linux-x64-musl': {
      version: '2.0.0',
      cpu: ['x64'],
      dev: true,
      libc: ['musl'],
      optional: true,
      os: ['linux'],
    },
  });
});

it('cudaRequirements takes the CUDA wheels that a TensorFlow wheel pins', () => {
  const metadata = [
    'Requires-Dist: numpy <2.0.0,>=1.23.5',
    "Requires-Dist: nvidia-cublas-cu12 ==12.2.5.6 ; extra == 'and-cuda'",
    "Requires-Dist: nvidia-cudnn-cu12 (==8.9.4.25) ; extra == 'and-cuda'",
  ].join('\n');
  expect(cudaRequirements(metadata)).toEqual(['nvidia-cublas-cu12==12.2.5.6', 'nvidia-cudnn-cu12==8.9.4.25']);
});

describe('createProgress', () => {
  it('writes plain lines where there is no terminal', () => {
    let text = '';
    const progress = createProgress({ write: (part) => (text += part) });
    const task = progress.start('Kafka', 'looking');
    task.update('half');
    task.done('4.1.1');
    expect(text).toMatch(/^ {2}… Kafka +looking\n {2}✓ Kafka +4\.1\.1 \(\d\.\d s\)\n$/);
  });

  it('keeps one line on a terminal, no wider than it', () => {
    let text = '';
    const progress = createProgress({ write: (part) => (text += part), isTTY: true, columns: 20 });
    progress.start('Kafka', 'a very long text that does not fit').done('there');
    const live = text.split('\n')[0]?.split('\u001b[2K')[1] ?? '';
    expect(live).toHaveLength(20 - 1 + '\r'.length);
    expect(text).toMatch(/✓ Kafka/);
  });
});

describe('run', () => {
  it('gives what a command wrote', async () => {
    await expect(run(process.execPath, ['-e', 'console.log("one\\ntwo")'])).resolves.toBe('one\ntwo');
  });

  it('fails with the code and the output of a command that fails', async () => {
    const failed = run(process.execPath, ['-e', 'console.error("why"); process.exit(3)']);
    await expect(failed).rejects.toThrow(/ended with code 3/);
    await expect(failed).rejects.toSatisfy((error) => error instanceof CommandFailed && error.output === 'why');
  });

  it('fails when there is no such command', async () => {
    await expect(run('/nowhere/command', [])).rejects.toThrow(/ENOENT/);
  });

  it('kills a command that takes too long', async () => {
    await expect(run(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 200 })).rejects.toThrow(
      /SIGKILL/,
    );
  });
});
