import type { Config } from 'jest';

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/build'],
  coverageProvider: 'v8',
  // One worker for each core: most suites wait for processes of their own rather than for this one.
  maxWorkers: '100%',
  testTimeout: 60_000,
} satisfies Config;
