import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createAutodiscover } from '#adapters/ews/autodiscover/autodiscover.ts';
import { resolveSrvWithDns } from '#adapters/ews/autodiscover/srv.ts';
import { createOutgoingRules } from '#adapters/ews/outgoing/outgoing-rules.ts';
import { createEwsWorld } from '#adapters/ews/world.ts';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import type { LocalDns } from '../../../local/exchange/dns.ts';
import { startLocalDns } from '../../../local/exchange/dns.ts';
import type { ExchangeBench } from '../../support/simulated-exchange.ts';
import { startExchangeBench } from '../../support/simulated-exchange.ts';

const pem = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../fixtures/tls', `${name}.pem`), 'utf8');

let bench: ExchangeBench;
let dns: LocalDns;
let port: number;
beforeEach(async () => {
  bench = await startExchangeBench();
  dns = await startLocalDns();
  bench.exchange.mailboxes.create({ email: 'ann@example.com', password: 'pw', username: 'ann' });
  ({ port } = await bench.exchange.listenTls({ certificate: pem('server'), privateKey: pem('server.key') }));
  dns.setSrv('_autodiscover._tcp.example.com', [
    { target: 'mail.example.com', port, priority: 0, weight: 0 },
  ]);
});
afterEach(async () => {
  dns.close();
  await bench.close();
});

function discover(auth: ExchangeAuth) {
  const rules = createOutgoingRules({
    allowedExchangeHosts: ['mail.example.com:*', 'http://127.0.0.1:*'],
    allowedExchangeCidrs: [],
    allowedTokenHosts: [],
  });
  const world = createEwsWorld({
    // The servers of this test are on the loopback address, under the names of the certificate.
    rules: { ...rules, addresses: { refuse: () => undefined } },
    extraCaPem: pem('ca'),
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  return createAutodiscover(world, (name) => resolveSrvWithDns(name, [dns.address])).discover({
    credentials: { email: 'ann@example.com', auth },
    deadlineMs: Date.now() + 10_000,
  });
}

test.each<ExchangeAuth>([
  { type: 'basic', username: 'ann', password: 'pw' },
  { type: 'ntlm', username: 'ann', password: 'pw', domain: '' },
])('finds the server of the SRV record over TLS and signs in there ($type)', async (auth) => {
  const ewsUrl = bench.exchange.ewsUrl('ann@example.com');
  expect(await discover(auth)).toMatchObject({ ok: true, ewsUrl });
  expect(dns.questions).toEqual(['SRV _autodiscover._tcp.example.com']);
});

test('asks the SOAP endpoint of the simulated server where its POX is closed', async () => {
  bench.exchange.autodiscover.forHost('mail.example.com', { pox: { kind: 'status', status: 404 } });
  const auth: ExchangeAuth = { type: 'basic', username: 'ann', password: 'pw' };
  expect(await discover(auth)).toMatchObject({ ok: true, ewsUrl: bench.exchange.ewsUrl('ann@example.com') });
});

test('costs a wrong password one failed sign-in', async () => {
  const result = await discover({ type: 'basic', username: 'ann', password: 'wrong' });
  expect(result.ok).toBe(false);
  expect(result.verdicts.at(-1)?.place).toBe('sign-in');
  expect(bench.exchange.failedLogons('ann@example.com')).toBe(1);
});
