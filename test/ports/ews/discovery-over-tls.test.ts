import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAutodiscover } from '#adapters/ews/autodiscover/autodiscover.ts';
import { resolveSrvWithDns } from '#adapters/ews/autodiscover/srv.ts';
import { createOutgoingRules } from '#adapters/ews/outgoing/outgoing-rules.ts';
import { createEwsWorld } from '#adapters/ews/world.ts';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import type { LocalDns } from '../../../local/exchange/dns.ts';
import { startLocalDns } from '../../../local/exchange/dns.ts';
import { protocol, settings } from '../../support/autodiscover-places.ts';
import { type ScriptedAnswer, useScriptedServers } from '../../support/scripted-server.ts';
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
    furtherExchangePaths: ['/exchange/EWS/Exchange.asmx'],
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

describe('a client certificate', () => {
  const CLIENT = { type: 'certificate', certificate: pem('client'), privateKey: pem('client.key') } as const;
  const start = useScriptedServers();

  /** A server that tells the EWS URL to whoever shows the certificate, and what it says to others. */
  async function server(stranger: ScriptedAnswer, demanding: boolean) {
    const tls = { cert: pem('server'), key: pem('server.key'), ca: pem('ca'), requestCert: true };
    const started = await start(
      ({ certificate }) =>
        certificate ? settings(protocol('EXPR', 'https://mail.example.com:444/EWS/Exchange.asmx')) : stranger,
      { ...tls, rejectUnauthorized: demanding },
    );
    dns.setSrv('_autodiscover._tcp.example.com', [
      { target: 'mail.example.com', port: started.port, priority: 0, weight: 0 },
    ]);
    return started;
  }

  test.each<[string, ScriptedAnswer, boolean]>([
    ['answers 403 without one', { status: 403 }, false],
    ['offers no scheme without one', { status: 401 }, false],
    ['cuts the handshake without one', {}, true],
  ])('is shown only after a question without it, at a server that %s', async (_what, stranger, demanding) => {
    for (const auth of [CLIENT, { ...CLIENT, username: 'ann', password: 'pw' }]) {
      const { seen } = await server(stranger, demanding);
      expect(await discover(auth)).toMatchObject({ ok: true });
      const asked = seen.map(({ certificate, body }) => [certificate, body !== '']);
      expect(asked).toEqual(
        demanding
          ? [[true, true]]
          : [
              [false, false],
              [true, true],
            ],
      );
    }
  });

  test('stays here where the server offers nothing that goes with it', async () => {
    const challenge = { status: 401, headers: { 'www-authenticate': 'NTLM' } };
    const { seen } = await server(challenge, false);
    const result = await discover({ ...CLIENT, username: 'ann', password: 'pw' });
    expect(result.verdicts).toContainEqual({
      place: expect.stringMatching(/^https:\/\/mail\.example\.com/),
      verdict: 'not signed in: the server offers ntlm, not basic',
    });
    expect(seen.map(({ certificate }) => certificate)).toEqual([false]);
  });
});
