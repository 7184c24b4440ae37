import process from 'node:process'
import { defineConfig } from 'vitest/config'
import { filesOnPostgres, filesOnPostgresAlways } from './scripts/postgres-files.ts'

const { VIVARIUM_POSTGRES_TESTS } = process.env

export default defineConfig({
  // Tests read our packages' sources; what they start as a process of its own runs the build.
  ssr: { resolve: { conditions: ['source'] } },
  resolve: { conditions: ['source'] },
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: [
            '{packages,apps}/*/src/**/*.test.{ts,tsx}',
            '{e2e,bench}/src/**/*.test.ts',
            'scripts/*.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: [
            ...(VIVARIUM_POSTGRES_TESTS === 'all' ? filesOnPostgres : filesOnPostgresAlways),
          ],
          globalSetup: './scripts/postgres-project.ts',
          setupFiles: './scripts/postgres-environment.ts',
        },
      },
    ],
  },
})
