import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: 'build/test-results.json' }]],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/testing/**', 'src/**/*.test.ts', 'src/**/*.d.ts'],
      reporter: ['text', 'html'],
    },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'bench/**/*.test.ts'],
          globalSetup: ['src/testing/setup.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'protocol',
          include: ['protocol-tests/**/*.test.ts'],
          globalSetup: ['protocol-tests/support/setup.ts'],
          sequence: { groupOrder: 1 }, // after the others: the two take different numbers of workers
          maxWorkers: 4, // files mostly wait for timers of the server
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
