import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

// Everything that keeps state, on a Redis Cluster of three masters: the suites of the single server once more, and the pipeline.
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'default'] } },
  test: {
    include: ['packages/{redis,jobs,vector-index}/src/**/*.test.ts', 'tests/e2e/cluster.test.ts'],
    // Of the way to one server.
    exclude: [...configDefaults.exclude, '**/create-redis.test.ts'],
    globalSetup: ['infra/vitest-cluster.mjs'],
    pool: 'forks',
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
