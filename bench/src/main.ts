import { format } from 'node:util';

interface Bench {
  readonly summary: string;
  readonly load: () => Promise<{ run(args: string[], options: { json: boolean }): Promise<void> }>;
}

/** Every bench by name. Each module is loaded only when it is run: some load TensorFlow, some must not. */
const BENCHES: Readonly<Record<string, Bench>> = {
  ingest: {
    summary: 'events applied per second, beside a bare consumer [--events --users --items --rounds N]',
    load: () => import('./ingest.js'),
  },
  freshness: {
    summary: 'from a click to the recommendation it caused [--rate --seconds --users --items N]',
    load: () => import('./freshness.js'),
  },
  recall: {
    summary: 'HTTP recommendations at a fixed rate [--rate --seconds --users --items N]',
    load: () => import('./recall.js'),
  },
  train: {
    summary: 'milliseconds a training step [--items --steps N] [--peer FILE --python P: beside another program]',
    load: () => import('./train.js'),
  },
  quality: {
    summary:
      'compares models CONFIG.yaml... [--data-folder DIR] [--out DIR], or one on a log --data FILE [--epochs N] [--config FILE]',
    load: () => import('./quality.js'),
  },
};

/**
 * Runs a bench.
 *
 * @returns the exit code: 2 for a name that is none
 */
export async function main(name: string, args: readonly string[]): Promise<number> {
  const bench = BENCHES[name];
  if (!bench) {
    process.stderr.write(usage());
    return 2;
  }
  const rest = args.filter((arg) => arg !== '--json');
  const loaded = await bench.load();
  try {
    await loaded.run(rest, { json: rest.length !== args.length });
    return 0;
  } catch (error) {
    if (isMeantForPeople(error)) {
      process.stderr.write(`error: ${error.message}\n`);
      return 1;
    }
    if (!isUsageError(error)) throw error;
    process.stderr.write(`${error.message}\n\n${usage()}`);
    return 2;
  }
}

/** By name: their packages are loaded by the benches that need them alone. */
function isMeantForPeople(error: unknown): error is Error {
  return error instanceof Error && ['LabError', 'DataFileError', 'ModelConfigError'].includes(error.name);
}

/** What `parseArgs` throws at an option that it does not know. */
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

function usage(): string {
  const rows = Object.entries(BENCHES).map(([name, { summary }]) => format('  %s %s', name.padEnd(10), summary));
  return `usage: npm run bench -- NAME [--json] [options of the bench]\n\n${rows.join('\n')}\n`;
}
