import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'default'] } },
  test: {
    include: ['{packages,services}/*/src/**/*.test.ts', '{infra,bench,tests/faults}/src/**/*.test.ts'],
    globalSetup: ['infra/vitest-servers.mjs'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
