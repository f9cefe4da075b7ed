import type { Config } from 'jest';
import everything from './jest.config.ts';

const [{ testMatch, ...tests }] = everything.projects;

/** Runs at full size that take minutes: `npm run faults`. */
export default {
  ...tests,
  testMatch: testMatch.map((pattern) => pattern.replace('.test.ts', '.run.ts')),
  testTimeout: everything.testTimeout,
} satisfies Config;
