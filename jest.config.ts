import { availableParallelism } from 'node:os';
import type { Config } from 'jest';
import { postgresIsInstalled } from './test/support/postgres/server.ts';

const EVERYWHERE = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/build'],
} satisfies Config;

/** The suites of the Data API once more: see `otherDatabase` in test/support/aws.ts. */
const OTHER_DATABASE = {
  ...EVERYWHERE,
  displayName: postgresIsInstalled()
    ? 'PostgreSQL, NULLs as text'
    : 'PGlite, NULLs as text (no PostgreSQL installed)',
  testMatch: ['<rootDir>/test/ports/data-api/*.test.ts', '<rootDir>/test/wire/aws/rds-data*.test.ts'],
  globals: { otherDatabase: true },
} satisfies Config;

const ALL = { ...EVERYWHERE, testMatch: ['<rootDir>/test/**/*.test.ts'] } satisfies Config;

export default {
  projects: [ALL, OTHER_DATABASE] as const,
  coverageProvider: 'v8',
  // Half as many again as there are cores: most suites wait for processes of their own, or for time-outs. A number,
  // because Jest takes a share above 100 % for a number of workers.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  testTimeout: 240_000,
} satisfies Config;
