import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAutodiscover } from '#adapters/ews/autodiscover/autodiscover.ts';
import { resolveSrvWithDns } from '#adapters/ews/autodiscover/srv.ts';
import { createExchange } from '#adapters/ews/client/exchange.ts';
import { createOutgoingRules } from '#adapters/ews/outgoing/outgoing-rules.ts';
import { createEwsWorld } from '#adapters/ews/world.ts';
import type { Finding } from '../../../bin/ens/doctor/check.ts';
import { examine } from '../../../bin/ens/doctor/examine.ts';
import type { FromHere, Patient } from '../../../bin/ens/doctor/patient.ts';
import { type LocalDns, startLocalDns } from '../../../local/exchange/dns.ts';
import { type ExchangeBench, startExchangeBench } from '../../support/simulated-exchange.ts';

const EMAIL = 'ann@example.com';
const pem = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../fixtures/tls', `${name}.pem`), 'utf8');

let bench: ExchangeBench;
let dns: LocalDns;
beforeEach(async () => {
  bench = await startExchangeBench();
  dns = await startLocalDns();
  bench.exchange.mailboxes.create({ email: EMAIL, password: 'pw' });
});
afterEach(async () => {
  dns.close();
  await bench.close();
});

/** An Exchange with TLS, found by the SRV record of the domain, as a doctor beside it reaches it. */
async function reach(certificate = 'server'): Promise<FromHere> {
  const { port } = await bench.exchange.listenTls({
    certificate: pem(certificate),
    privateKey: pem(`${certificate}.key`),
  });
  dns.setSrv('_autodiscover._tcp.example.com', [
    { target: 'mail.example.com', port, priority: 0, weight: 0 },
  ]);
  const rules = createOutgoingRules({
    allowedExchangeHosts: ['mail.example.com:*', 'http://127.0.0.1:*'],
    allowedExchangeCidrs: [],
    allowedTokenHosts: [],
    furtherExchangePaths: ['/exchange/EWS/Exchange.asmx'],
  });
  const world = createEwsWorld({
    rules: { ...rules, addresses: { refuse: () => undefined } },
    extraCaPem: pem('ca'),
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  const resolveSrv = (name: string) => resolveSrvWithDns(name, [dns.address]);
  return { world, exchange: createExchange(world), autodiscover: createAutodiscover(world, resolveSrv) };
}

async function findings(
  fromHere: FromHere,
  password = 'pw',
  ewsUrl?: string,
): Promise<ReadonlyMap<string, Finding>> {
  const patient: Patient = {
    // Nothing listens there: what is examined here is Exchange alone.
    link: 'http://127.0.0.1:9/api/ens',
    isLocal: true,
    apiToken: undefined,
    ewsUrl,
    scheme: 'basic',
    credentials: { email: EMAIL, auth: { type: 'basic', username: EMAIL, password } },
    device: undefined,
    waitMs: 1,
    tools: undefined,
    withoutTools: '',
  };
  const found = new Map<string, Finding>();
  await examine(patient, fromHere, async (check, work) => {
    const finding = await work();
    found.set(check, finding);
    return finding;
  });
  return found;
}

describe('a doctor who asks autodiscover', () => {
  test('finds the EWS URL, place after place, and opens the mailbox there', async () => {
    const found = await findings(await reach());
    expect(found.get('autodiscover')).toMatchObject({
      verdict: 'ok',
      reason: `Autodiscover tells ${bench.exchange.ewsUrl(EMAIL)}.`,
      details: expect.arrayContaining([
        expect.stringMatching(/^https:\/\/example\.com\/.*not asked/),
        expect.stringMatching(
          /^https:\/\/mail\.example\.com:\d+\/autodiscover\/autodiscover\.xml: told the EWS URL/,
        ),
      ]),
    });
    expect(found.get('login')).toMatchObject({ verdict: 'ok' });
    expect([...found.keys()].slice(5, 7)).toEqual(['autodiscover', 'ews']);
  });

  test.each([
    ['without an EWS URL', false, 'skipped'],
    ['with the EWS URL of the phones', true, 'failed'],
  ])('tries a refused password no second time, %s', async (_what, given, login) => {
    const ewsUrl = given ? bench.exchange.ewsUrl(EMAIL) : undefined;
    const found = await findings(await reach(), 'wrong', ewsUrl);
    expect(found.get('autodiscover')).toMatchObject({
      verdict: 'failed',
      reason: 'Autodiscover refused the user name or password (401).',
      details: expect.arrayContaining([expect.stringMatching(/: refused the sign-in/)]),
    });
    expect(found.get('login')).toMatchObject({ verdict: login });
    expect(bench.exchange.failedLogons(EMAIL)).toBe(1);
  });

  test.each([
    [
      'an address that the server does not know',
      { kind: 'error', pox: 500, soap: 'InvalidUser' } as const,
      /knows no EWS URL/,
    ],
    ['a closed virtual directory', { kind: 'status', status: 404 } as const, /answered 404/],
    ['a web page instead of autodiscover', { kind: 'page' } as const, /not autodiscover|something else/],
  ])('names %s at the place where it met it', async (_what, reply, verdict) => {
    bench.exchange.autodiscover.forHost('mail.example.com', { pox: reply, soap: reply });
    const { details = [], ...finding } = (await findings(await reach())).get('autodiscover') ?? {};
    expect(finding).toMatchObject({ verdict: 'failed', reason: 'No autodiscover place tells an EWS URL.' });
    expect(details).toContainEqual(
      expect.stringMatching(new RegExp(`^https://mail\\.example\\.com:.*(?:${verdict.source})`)),
    );
  });

  test('names a certificate that is not trusted', async () => {
    const { details = [] } = (await findings(await reach('expired'))).get('autodiscover') ?? {};
    expect(details).toContainEqual(expect.stringMatching(/^https:\/\/mail\.example\.com:.*certificate/));
  });
});
