// Three projects: unit (fast, no network), integration (our processes and real servers), e2e (the whole house).
import path from 'node:path'
import { defineConfig } from 'vitest/config'

const root = path.dirname(import.meta.dirname)

export default defineConfig({
  test: {
    root,
    reporters: ['default', path.join(root, 'test/tally-reporter.ts')],
    projects: [
      {
        test: {
          name: 'unit',
          root,
          include: [
            'packages/*/src/**/*.test.ts',
            'services/*/src/**/*.test.ts',
            'simulators/*/src/**/*.test.ts',
            'infra/**/*.test.ts',
            'test/house/**/*.test.ts',
            'test/scenarios/**/*.test.ts',
          ],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
        },
      },
      {
        test: {
          name: 'integration',
          root,
          include: [
            'packages/*/src/**/*.integration.test.ts',
            'services/*/src/**/*.integration.test.ts',
            'simulators/*/src/**/*.integration.test.ts',
            'infra/**/*.integration.test.ts',
          ],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          root,
          include: ['test/e2e/**/*.test.ts', 'test/chaos/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
