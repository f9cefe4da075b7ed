import { expect, test } from '@jest/globals';
import { verdictOn } from '../supply-chain/verdict.ts';

test.each([
  ['all are valid', 0, 'audited 640 packages in 9s\n\n640 packages have verified registry signatures', 0],
  ['one is invalid', 1, '1 package has an invalid registry signature:\n\nzod@4.6.7', 1],
  [
    'one is missing',
    1,
    '2 packages are missing registry signatures but the registry is providing signing keys',
    1,
  ],
  [
    'the key server is away',
    1,
    'npm error code ENOTFOUND\nnpm error network request to https://tuf.example',
    0,
  ],
  ['the registry has no keys', 1, 'npm error code E404\nnpm error 404 Not Found - GET /-/npm/v1/keys', 0],
  ['npm was killed', null, '', 1],
  ['npm fails for another reason', 1, 'npm error code EUSAGE', 1],
])('where %s, `npm run signatures` ends accordingly', (_what, code, output, exitCode) => {
  expect(verdictOn(code, output).exitCode).toBe(exitCode);
});

test('signatures that were not checked are said not to be checked', () => {
  expect(verdictOn(1, 'npm error code ENOTFOUND').sentence).toMatch(/^Signatures were NOT checked/);
});
