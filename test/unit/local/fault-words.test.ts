import { globSync, readFileSync } from 'node:fs';
import * as kms from '@aws-sdk/client-kms';
import * as rdsData from '@aws-sdk/client-rds-data';
import * as secretsManager from '@aws-sdk/client-secrets-manager';
import * as sns from '@aws-sdk/client-sns';
import { expect, test } from '@jest/globals';
import { checkFault, FAULT_ACTIONS } from '../../../local/control/fault-words.ts';

const CLIENTS = [
  ['kms', kms],
  ['sns', sns],
  ['rds-data', rdsData],
  ['secretsmanager', secretsManager],
] as const;

test.each(CLIENTS)('every error of the SDK client of %s may be ordered', (service, client) => {
  const names = Object.keys(client).filter(
    (name) => /(?:Exception|Error)$/.test(name) && !/Service(?:Exception|Error)$/.test(name),
  );
  expect(names.length).toBeGreaterThan(5);
  for (const error of names) checkFault({ service, error, times: 1 });
});

test('every command that the product sends to AWS may be made to fail', () => {
  const sources = globSync('lambdas/**/*.ts').map((file) => readFileSync(file, 'utf8'));
  const actions: readonly string[] = Object.values(FAULT_ACTIONS).flat();
  const sent = sources.flatMap((text) =>
    [...text.matchAll(/new ([A-Z]\w+)Command\(/g)].map((match) => match[1] ?? ''),
  );
  expect(new Set(sent).size).toBeGreaterThan(8);
  expect([...new Set(sent)].filter((action) => !actions.includes(action))).toEqual([]);
});

test.each([
  ['sns', 'EndpointDisabled'],
  ['sns', 'EndpointDisabledException'],
  ['sns', 'Throttling'],
  ['rds-data', 'ThrottlingException'],
  ['rds-data', 'DatabaseErrorException/25006'],
  ['kms', 'ECONNRESET'],
  ['ews', '503'],
  ['ews', 'ErrorServerBusy:fault;backoff=500'],
  ['webpush', '410'],
] as const)('the word %s %s is known', (service, error) => {
  expect(() => checkFault({ service, error, times: 1 })).not.toThrow();
});

test.each([
  ['sns', 'Endpoint'],
  ['kms', 'throttlingexception'],
  ['ews', 'nonsense'],
  ['webpush', '201'],
] as const)('the word %s %s is refused with the vocabulary', (service, error) => {
  expect(() => checkFault({ service, error, times: 1 })).toThrow(/Use one of: /);
});
