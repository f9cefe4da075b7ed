import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { checkAccount, reservedBySettings } from '../../../bin/ens/doctor/account.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'ens-account-'));
afterAll(() => rmSync(folder, { recursive: true }));
let lambda: ScriptedServer;
afterEach(() => lambda?.close());

async function accountWith(total: number, unreserved: number) {
  const body = JSON.stringify({
    AccountLimit: { ConcurrentExecutions: total, UnreservedConcurrentExecutions: unreserved },
  });
  lambda = await startScriptedServer(() => ({ status: 200, headers: {}, body }));
  return {
    region: 'eu-central-1',
    endpoint: lambda.origin,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
}

test('a new account with a concurrency of 10 is refused any reservation before it is deployed', async () => {
  const finding = await checkAccount(await accountWith(10, 10), 5);
  expect(finding.verdict).toBe('failed');
  expect(finding.reason).toContain('lets this account reserve 0');
  expect(finding.nextStep).toMatch(/Leave out callbackConcurrency.*L-B99A9384/);
});

test('a new account deploys without reservations and is told to ask for more', async () => {
  const finding = await checkAccount(await accountWith(10, 10), 0);
  expect(finding.verdict).toBe('ok');
  expect(finding.details?.join('')).toContain('L-B99A9384');
});

test.each([
  [1000, 900, 'ok'],
  [1000, 901, 'failed'],
  [1000, 0, 'ok'],
] as const)('with %i unreserved executions, reserving %i is %s', async (unreserved, wanted, verdict) => {
  expect((await checkAccount(await accountWith(1000, unreserved), wanted)).verdict).toBe(verdict);
});

test('an operator who may not read the account limit is told the permission', async () => {
  lambda = await startScriptedServer(() => ({
    status: 403,
    headers: { 'x-amzn-errortype': 'AccessDeniedException' },
    body: '{}',
  }));
  const place = {
    region: 'eu-central-1',
    endpoint: lambda.origin,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  expect(await checkAccount(place, 0)).toMatchObject({
    verdict: 'skipped',
    reason: 'It needs lambda:GetAccountSettings (AccessDeniedException).',
  });
});

test('what the settings reserve is read from cdk.json of the same stage', () => {
  const ens = {
    allowedExchangeHosts: ['mail.example.com'],
    callbackConcurrency: 80,
    registerConcurrency: 20,
  };
  writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ context: { ens } }));
  expect(reservedBySettings(folder, 'prod')).toBe(100);
  expect(reservedBySettings(folder, 'test')).toBe(0);
  expect(reservedBySettings(join(folder, 'nowhere'), 'prod')).toBe(0);
});
