#!/usr/bin/env node
// Checks that the workspaces use one another, and the libraries, the way the architecture says:
//   node infra/check-imports.mjs [--fix]
// --fix makes package.json and tsconfig.json name the workspaces that are imported, no more and no less (then npm install and npm run format).
// What may use what is in the two tables below; to add a workspace, add its line.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCOPE = '@click-recall/';

/**
 * @typedef {object} Rules
 * @property {Record<string, readonly string[]>} uses the workspaces that a workspace (its folder) may import, by short name
 * @property {Record<string, readonly string[]>} onlyImporter the workspaces that alone may import a library, by the start of its name
 * @property {readonly string[]} environment the workspaces and files that may use process.env
 */

const PACKAGES = ['contracts', 'runtime', 'kafka', 'redis', 'jobs', 'registry', 'model', 'vector-index', 'encoding'];

/** @type {Rules} */
export const RULES = {
  uses: {
    'packages/contracts': [],
    'packages/runtime': [],
    'packages/testing': [],
    'packages/model': ['contracts'],
    'packages/datasets': ['contracts'],
    'packages/lab': ['contracts', 'runtime', 'model', 'datasets'],
    'packages/kafka': ['contracts', 'runtime'],
    'packages/redis': ['contracts', 'runtime'],
    'packages/jobs': ['contracts', 'runtime'],
    'packages/registry': ['contracts', 'runtime'],
    'packages/vector-index': ['contracts', 'runtime', 'redis'],
    'packages/encoding': ['contracts', 'runtime', 'model', 'redis', 'vector-index'],
    'packages/client': ['contracts', 'runtime', 'kafka'],
    'packages/cli': [...PACKAGES, 'client', 'infra', 'datasets', 'lab'],
    'services/ingest': PACKAGES,
    'services/trainer': PACKAGES,
    'services/embedder': PACKAGES,
    'services/recall': PACKAGES,
    'services/console': PACKAGES,
    infra: [...PACKAGES, 'client', 'datasets'],
    bench: [...PACKAGES, 'client', 'infra', 'datasets', 'lab'],
    'tests/e2e': [...PACKAGES, 'client', 'infra'],
    'tests/faults': [...PACKAGES, 'client', 'infra'],
  },
  onlyImporter: {
    // The bench compares ingest with a consumer that uses the bare clients.
    kafkajs: ['packages/kafka', 'bench'],
    // BullMQ takes a Redis Cluster only as a client that somebody else made.
    ioredis: ['packages/redis', 'packages/jobs', 'bench'],
    'redis-om': ['packages/redis'],
    redis: ['packages/redis'],
    '@redis/client': ['packages/redis'],
    bullmq: ['packages/jobs'],
    '@tensorflow': ['packages/model'],
  },
  // TensorFlow reads its log level from the environment as it loads, so its one importer sets it.
  environment: ['packages/runtime', 'packages/testing', 'packages/model/src/kernels/prepare-process.ts'],
};

/** These come with the project's root, for tests of every workspace. */
const FOR_TESTS = ['vitest', 'fast-check'];

/**
 * @typedef {object} Workspace
 * @property {string} folder relative to the project
 * @property {string | undefined} name undefined where there is no package.json
 * @property {Set<string>} dependencies
 * @property {Set<string>} devDependencies
 * @property {Set<string>} references folders relative to the project, from tsconfig.json
 * @property {SourceFile[]} files
 *
 * @typedef {object} SourceFile
 * @property {string} path relative to the project
 * @property {boolean} isTest
 * @property {string[]} imports module names, no relative ones and none of Node's own
 * @property {boolean} readsEnvironment
 */

/**
 * @param {string} project
 * @param {Rules} [rules]
 * @returns {string[]} one line a violation; none when all is well
 */
export function checkImports(project, rules = RULES) {
  const workspaces = findWorkspaces(project);
  const folders = namesToFolders(workspaces);
  return workspaces.flatMap((workspace) => [
    ...checkDirections(workspace, rules),
    ...checkLibraries(workspace, rules),
    ...checkEnvironment(workspace, rules),
    ...checkDeclarations(workspace, folders),
  ]);
}

/**
 * @param {Workspace} workspace
 * @param {Rules} rules
 * @returns {string[]}
 */
function checkDirections(workspace, rules) {
  const allowed = rules.uses[workspace.folder];
  if (allowed === undefined) return [`${workspace.folder}: has no line in the table of infra/check-imports.mjs`];
  const problems = [];
  for (const file of workspace.files) {
    for (const name of new Set(file.imports)) {
      if (!name.startsWith(SCOPE)) continue;
      const [short = '', ...inside] = name.slice(SCOPE.length).split('/');
      if (inside.length > 0) problems.push(`${file.path}: imports ${name}; a workspace is imported by its name alone`);
      if (`${SCOPE}${short}` === workspace.name) problems.push(`${file.path}: imports its own workspace by name`);
      else if (short === 'testing') {
        if (!file.isTest) problems.push(`${file.path}: imports ${SCOPE}testing, which is for tests`);
      } else if (!allowed.includes(short))
        problems.push(`${file.path}: ${workspace.folder} may not import ${SCOPE}${short}`);
    }
  }
  return problems;
}

/**
 * @param {Workspace} workspace
 * @param {Rules} rules
 * @returns {string[]}
 */
function checkLibraries(workspace, rules) {
  return workspace.files.flatMap((file) =>
    [...new Set(file.imports)].flatMap((name) =>
      Object.entries(rules.onlyImporter)
        .filter(
          ([library, importers]) =>
            (name === library || name.startsWith(`${library}/`)) && !importers.includes(workspace.folder),
        )
        .map(
          ([library, importers]) => `${file.path}: imports ${name}; only ${importers.join(', ')} may import ${library}`,
        ),
    ),
  );
}

/**
 * @param {Workspace} workspace
 * @param {Rules} rules
 * @returns {string[]}
 */
function checkEnvironment(workspace, rules) {
  if (rules.environment.includes(workspace.folder)) return [];
  return workspace.files
    .filter((file) => file.readsEnvironment && !file.isTest && !rules.environment.includes(file.path))
    .map((file) => `${file.path}: reads process.env; only ${rules.environment.join(', ')} may`);
}

/**
 * package.json, tsconfig.json and the imports say the same.
 *
 * @param {Workspace} workspace
 * @param {Map<string, string>} folders of workspaces by name
 * @returns {string[]}
 */
function checkDeclarations(workspace, folders) {
  const problems = [];
  const used = new Set();
  for (const file of workspace.files) {
    for (const name of new Set(file.imports.map(packageOf))) {
      used.add(name);
      if (workspace.name === undefined || name === workspace.name || (file.isTest && FOR_TESTS.includes(name)))
        continue;
      const declared = workspace.dependencies.has(name) || (file.isTest && workspace.devDependencies.has(name));
      if (!declared)
        problems.push(`${file.path}: imports ${name}, which ${workspace.folder}/package.json does not name`);
    }
  }
  for (const name of workspace.dependencies) {
    // A library may be used by its file or its type alone; a workspace cannot.
    if (folders.has(name) && !used.has(name))
      problems.push(`${workspace.folder}/package.json: names ${name}, which nothing imports`);
  }
  for (const [name, folder] of folders) {
    if (name === workspace.name) continue;
    if (used.has(name) && !workspace.references.has(folder))
      problems.push(`${workspace.folder}/tsconfig.json: has no reference to ${folder}`);
    if (!used.has(name) && workspace.references.has(folder))
      problems.push(`${workspace.folder}/tsconfig.json: refers to ${folder}, which nothing imports`);
  }
  return [...new Set(problems)];
}

/** @param {string} name */
function packageOf(name) {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

/**
 * @param {string} project
 * @returns {Workspace[]} every folder with a tsconfig.json of its own
 */
function findWorkspaces(project) {
  const candidates = ['packages', 'services', 'tests'].flatMap((parent) => childFolders(project, parent));
  return [...candidates, 'infra', 'bench']
    .filter((folder) => existsSync(join(project, folder, 'tsconfig.json')))
    .map((folder) => readWorkspace(project, folder));
}

/**
 * @param {string} project
 * @param {string} parent
 */
function childFolders(project, parent) {
  const path = join(project, parent);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`);
}

/**
 * @param {string} project
 * @param {string} folder
 * @returns {Workspace}
 */
function readWorkspace(project, folder) {
  const path = join(project, folder);
  const manifest = existsSync(join(path, 'package.json'))
    ? JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
    : {};
  const tsconfig = JSON.parse(readFileSync(join(path, 'tsconfig.json'), 'utf8'));
  const references = (tsconfig.references ?? []).map((/** @type {{ path: string }} */ reference) =>
    relative(project, resolve(path, reference.path)),
  );
  const inTests = folder.startsWith('tests/');
  const sources = existsSync(join(path, 'src')) ? join(path, 'src') : path;
  return {
    folder,
    name: manifest.name,
    dependencies: new Set(Object.keys(manifest.dependencies ?? {})),
    devDependencies: new Set(Object.keys(manifest.devDependencies ?? {})),
    references: new Set(references),
    files: readdirSync(sources, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/(^|\/)(dist|node_modules)\//.test(file))
      .map((file) =>
        readSource(relative(project, join(sources, file)), readFileSync(join(sources, file), 'utf8'), inTests),
      ),
  };
}

/**
 * @param {string} path
 * @param {string} text
 * @param {boolean} inTests
 * @returns {SourceFile}
 */
function readSource(path, text, inTests) {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  // Statements begin a line, so that code inside of strings does not count.
  const statements =
    /^(?:import|export)\b[^'";]*?\bfrom\s+'([^'\n]+)'|^import\s+'([^'\n]+)'|\bimport\(\s*'([^'$\n]+)'/gm;
  const names = [...code.matchAll(statements)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return {
    path,
    isTest: inTests || /\b(test|suite|contract)\b/.test(basename(path)),
    imports: names.filter((name) => !name.startsWith('.') && !name.startsWith('node:')),
    readsEnvironment: /\bprocess\s*\.\s*env\b/.test(code),
  };
}

/**
 * Makes package.json and tsconfig.json of every workspace name the workspaces that it imports.
 *
 * @param {string} project
 */
export function fixDeclarations(project) {
  const workspaces = findWorkspaces(project);
  const folders = namesToFolders(workspaces);
  for (const { folder, name, files } of workspaces) {
    const importsOf = (/** @type {SourceFile[]} */ some) =>
      new Set(some.flatMap((file) => file.imports.map(packageOf)).filter((used) => folders.has(used) && used !== name));
    const used = importsOf(files);
    const byCode = importsOf(files.filter((file) => !file.isTest));
    edit(join(project, folder, 'tsconfig.json'), (tsconfig) => {
      const others = (tsconfig.references ?? []).filter(
        (/** @type {{ path: string }} */ { path }) =>
          ![...folders.values()].includes(relative(project, resolve(project, folder, path))),
      );
      const own = [...used]
        .sort()
        .map((one) => ({ path: relative(join(project, folder), join(project, folders.get(one) ?? '')) }));
      tsconfig.references = [...others, ...own];
    });
    if (name === undefined) continue;
    edit(join(project, folder, 'package.json'), (manifest) => {
      for (const [kind, wanted] of /** @type {const} */ ([
        ['dependencies', (/** @type {string} */ one) => byCode.has(one)],
        ['devDependencies', (/** @type {string} */ one) => used.has(one) && !byCode.has(one)],
      ])) {
        const libraries = Object.entries(manifest[kind] ?? {}).filter(([one]) => !folders.has(one));
        const own = [...used].filter(wanted).map((one) => [one, manifest.version]);
        manifest[kind] = Object.fromEntries([...libraries, ...own].sort(([a], [b]) => (a < b ? -1 : 1)));
      }
    });
  }
}

/**
 * @param {string} file JSON
 * @param {(value: any) => void} change
 */
function edit(file, change) {
  const text = readFileSync(file, 'utf8');
  const value = JSON.parse(text);
  change(value);
  if (JSON.stringify(value) !== JSON.stringify(JSON.parse(text)))
    writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** @param {Workspace[]} workspaces */
function namesToFolders(workspaces) {
  return new Map(workspaces.flatMap(({ name, folder }) => (name === undefined ? [] : [[name, folder]])));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const project = fileURLToPath(new URL('..', import.meta.url));
  if (process.argv.includes('--fix')) fixDeclarations(project);
  const problems = checkImports(project);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.stdout.write(
    problems.length === 0 ? 'imports: as the architecture says\n' : `imports: ${problems.length} violations\n`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}
