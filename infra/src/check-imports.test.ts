import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkImports, fixDeclarations, RULES } from '../check-imports.mjs';

const rules = {
  uses: { 'packages/contracts': [], 'packages/kafka': ['contracts'], 'services/ingest': ['contracts', 'kafka'] },
  onlyImporter: { kafkajs: ['packages/kafka'] },
  environment: ['packages/kafka'],
};

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'click-recall-imports-'));
  workspace('packages/contracts', {}, []);
  workspace('packages/kafka', { '@click-recall/contracts': '0.1.0', kafkajs: '2.2.4' }, ['../contracts']);
  workspace('services/ingest', { '@click-recall/kafka': '0.1.0' }, ['../../packages/kafka']);
  write('packages/contracts/src/index.ts', 'export const topic = 1;');
  write(
    'packages/kafka/src/index.ts',
    "import { Kafka } from 'kafkajs';\nimport { topic } from '@click-recall/contracts';",
  );
  write(
    'services/ingest/src/main.ts',
    "import {\n  publish,\n} from '@click-recall/kafka';\nimport { x } from './x.js';",
  );
});

afterEach(() => {
  rmSync(project, { recursive: true });
});

describe('checkImports', () => {
  it('says nothing when all is as the tables say', () => {
    expect(checkImports(project, rules)).toEqual([]);
  });

  it('names an import against the direction', () => {
    write('packages/contracts/src/index.ts', "export { publish } from '@click-recall/kafka';");
    expect(checkImports(project, rules)).toContain(
      'packages/contracts/src/index.ts: packages/contracts may not import @click-recall/kafka',
    );
  });

  it('names a library imported outside of its owner, also by a dynamic import and inside of it', () => {
    const library = 'kafkajs';
    write('services/ingest/src/x.ts', `const a = await import('${library}/src/x');`);
    expect(checkImports(project, rules)).toContain(
      'services/ingest/src/x.ts: imports kafkajs/src/x; only packages/kafka may import kafkajs',
    );
  });

  it('names a read of the environment, but not one in a test or a comment', () => {
    write('services/ingest/src/x.ts', 'export const url = process.env.URL;');
    write('services/ingest/src/x.test.ts', 'process.env.URL = 1;');
    write('services/ingest/src/y.ts', '// process.env is for others\nexport {};');
    expect(checkImports(project, rules)).toEqual([
      'services/ingest/src/x.ts: reads process.env; only packages/kafka may',
    ]);
  });

  it('names the testing workspace outside of tests', () => {
    write('services/ingest/src/x.ts', "import { eventually } from '@click-recall/testing';");
    expect(checkImports(project, rules)[0]).toBe(
      'services/ingest/src/x.ts: imports @click-recall/testing, which is for tests',
    );
  });

  it('names what package.json and tsconfig.json lack', () => {
    write('services/ingest/src/x.ts', "import { topic } from '@click-recall/contracts';\nimport pino from 'pino';");
    expect(checkImports(project, rules)).toEqual([
      'services/ingest/src/x.ts: imports @click-recall/contracts, which services/ingest/package.json does not name',
      'services/ingest/src/x.ts: imports pino, which services/ingest/package.json does not name',
      'services/ingest/tsconfig.json: has no reference to packages/contracts',
    ]);
  });

  it('names what package.json and tsconfig.json have too much', () => {
    write('services/ingest/src/main.ts', 'export {};');
    expect(checkImports(project, rules)).toEqual([
      'services/ingest/package.json: names @click-recall/kafka, which nothing imports',
      'services/ingest/tsconfig.json: refers to packages/kafka, which nothing imports',
    ]);
  });

  it('mends package.json and tsconfig.json where asked to', () => {
    write('services/ingest/src/main.ts', "import { topic } from '@click-recall/contracts';");
    write('services/ingest/src/main.test.ts', "import { publish } from '@click-recall/kafka';");
    fixDeclarations(project);
    expect(checkImports(project, rules)).toEqual([]);
    const manifest: unknown = JSON.parse(readFileSync(join(project, 'services/ingest/package.json'), 'utf8'));
    expect(manifest).toMatchObject({
      dependencies: { '@click-recall/contracts': '0.1.0' },
      devDependencies: { '@click-recall/kafka': '0.1.0' },
    });
  });

  it('names a workspace without a line in the table', () => {
    workspace('packages/new', {}, []);
    write('packages/new/src/index.ts', 'export {};');
    expect(checkImports(project, rules)).toEqual(['packages/new: has no line in the table of infra/check-imports.mjs']);
  });
});

it('has a line for every workspace of this project', () => {
  const problems = checkImports(fileURLToPath(new URL('../..', import.meta.url)), RULES);
  expect(problems.filter((problem) => problem.includes('has no line'))).toEqual([]);
});

function workspace(folder: string, dependencies: Record<string, string>, references: string[]): void {
  write(
    `${folder}/package.json`,
    JSON.stringify({ name: `@click-recall/${folder.split('/')[1]}`, version: '0.1.0', dependencies }),
  );
  write(`${folder}/tsconfig.json`, JSON.stringify({ references: references.map((path) => ({ path })) }));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}
