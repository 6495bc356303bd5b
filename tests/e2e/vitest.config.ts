import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

// The pipeline as separate processes, run from what the build made; slow to start, so with long time-outs and one by one.
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'default'] } },
  test: {
    include: ['tests/e2e/**/*.test.ts'],
    // Has servers of its own: vitest.cluster.config.ts.
    exclude: [...configDefaults.exclude, 'tests/e2e/cluster.test.ts'],
    globalSetup: ['infra/vitest-servers.mjs'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
