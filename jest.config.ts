import type { Config } from 'jest';

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/build'],
  coverageProvider: 'v8',
  // Half as many again as there are cores: most suites wait for processes of their own, or for time-outs.
  maxWorkers: '150%',
  testTimeout: 60_000,
} satisfies Config;
