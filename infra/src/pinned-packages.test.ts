import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXACT = /^\d+\.\d+\.\d+(-[\w.-]+)?$/;

interface Manifest {
  readonly [field: string]: unknown;
}

interface Locked {
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  /** Where it is good for; absent: everywhere. */
  readonly os?: readonly string[];
}

const read = async <T>(path: string): Promise<T> => JSON.parse(await readFile(`${ROOT}/${path}`, 'utf8')) as T;

/** What a package.json asks for in other than exactly one version, as `field name@version`. */
function loose(manifest: Manifest): string[] {
  const fields = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'overrides'];
  return fields.flatMap((field) => entries(manifest[field]).map((entry) => `${field} ${entry}`));
}

/** A `$name` stands for the version that the root asks for. Overrides may be nested. */
function entries(versions: unknown): string[] {
  return Object.entries(versions ?? {}).flatMap(([name, version]: [string, unknown]) => {
    if (typeof version !== 'string') return entries(version);
    return EXACT.test(version) || version.startsWith('$') ? [] : [`${name}@${version}`];
  });
}

/** `packages/*` or one folder. */
async function foldersOf(workspace: string): Promise<string[]> {
  const [parent = '', every] = workspace.split('/*');
  return every === undefined ? [parent] : (await readdir(`${ROOT}/${parent}`)).map((name) => `${parent}/${name}`);
}

it('every workspace asks for exactly one version of each package', async () => {
  const { workspaces } = await read<{ workspaces: string[] }>('package.json');
  const folders = await Promise.all(workspaces.map(foldersOf));
  const files = ['package.json', ...folders.flat().map((folder) => `${folder}/package.json`)];
  expect(files.length).toBeGreaterThan(15);
  for (const file of files) expect(loose(await read<Manifest>(file)), file).toEqual([]);
});

it.each(['^1.0.0', '~1.0.0', '1.x', '*', 'latest', '>=1.0.0', '1.0', 'git+https://a.example/b.git', 'file:../b'])(
  'tells a version that is not exact: %s',
  (version) => expect(loose({ dependencies: { a: '1.0.0', b: version } })).toEqual([`dependencies b@${version}`]),
);

it('every package of the lock file has the sum by which npm checks it, but for those of platforms that nobody here has seen', async () => {
  const { packages } = await read<{ packages: Record<string, Locked> }>('package-lock.json');
  const unchecked = Object.entries(packages).filter(
    ([path, { link, integrity }]) => path.startsWith('node_modules/') && link !== true && integrity === undefined,
  );
  // complete-lock.mjs says why those are there at all.
  const seen = unchecked.filter(([, { optional, os }]) => optional !== true || os === undefined).map(([path]) => path);
  expect(seen).toEqual([]);
});
