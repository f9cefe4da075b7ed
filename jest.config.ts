import { availableParallelism } from 'node:os';
import type { Config } from 'jest';

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/build'],
  coverageProvider: 'v8',
  // Half as many again as there are cores: most suites wait for processes of their own, or for time-outs. A number,
  // because Jest takes a share above 100 % for a number of workers.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  testTimeout: 60_000,
} satisfies Config;
