import { afterEach, describe, expect, test } from '@jest/globals';
import { createOutgoingRules } from '#adapters/ews/outgoing/outgoing-rules.ts';
import type { ExchangeOptions } from '#adapters/ews/world.ts';
import { schemeOf } from '#domain/model/credential-rules.ts';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import type { ExchangeMailbox } from '#domain/ports/exchange.ts';
import { inboxAnswer } from '../../support/ews-answers.ts';
import { BASIC, localExchange, openMailbox } from '../../support/exchange-adapter.ts';
import { useScriptedServers } from '../../support/scripted-server.ts';
import { certificateAuth, INBOX_OK, pem, RULES, TRUSTING } from '../../support/tls-exchange.ts';

const SERVER = { cert: pem('server'), key: pem('server.key') };
const DEMANDING = { ...SERVER, ca: pem('ca'), requestCert: true, rejectUnauthorized: true };
const CLIENT = certificateAuth('client');
const OK = INBOX_OK;

const start = useScriptedServers();
let mailbox: ExchangeMailbox | undefined;
afterEach(async () => {
  mailbox?.close();
});

const trusting = TRUSTING;

const serve = (tls?: Parameters<typeof start>[1]) =>
  start(() => ({ body: inboxAnswer('AAMkInbox=', 3) }), tls);

function inbox(
  port: number,
  options: Partial<ExchangeOptions> = trusting,
  auth: ExchangeAuth = BASIC,
  host = 'mail.example.com',
) {
  mailbox = openMailbox(localExchange(options), `https://${host}:${port}`, auth);
  return mailbox.inbox();
}

describe('TLS to Exchange', () => {
  test('trusts the extra CA bundle and keeps the name in SNI and Host while the address is pinned', async () => {
    const { port, seen } = await serve(SERVER);
    expect(await inbox(port)).toEqual(OK);
    expect(seen[0]?.headers.host).toBe(`mail.example.com:${port}`);
  });

  test.each([
    [
      'an unknown CA',
      SERVER,
      { ...trusting, extraCaPem: undefined },
      'mail.example.com',
      'certificate-chain',
      /authority|issuer|intermediate/,
    ],
    [
      'an expired certificate',
      { cert: pem('expired'), key: pem('expired.key') },
      trusting,
      'mail.example.com',
      'certificate-time',
      /expired/,
    ],
    ['another name', SERVER, trusting, 'other.example.com', 'certificate-name', /another host name/],
    [
      'TLS 1.1',
      { ...SERVER, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const,
      trusting,
      'mail.example.com',
      'protocol',
      /does not speak TLS 1\.2 or later/,
    ],
    ['no TLS at all', undefined, trusting, 'mail.example.com', 'not-tls', /does not speak TLS on that port/],
  ])(
    'refuses %s and says so, without a password sent',
    async (_what, tls, options, host, fault, sentence) => {
      const { port, seen } = await serve(tls);
      expect(await inbox(port, options, BASIC, host)).toEqual({
        ok: false,
        failure: { kind: 'tls', fault, detail: expect.stringMatching(sentence) },
      });
      expect(seen).toHaveLength(0);
    },
  );

  test('signs in with a client certificate alone, and shows no password where nobody asks for one', async () => {
    const { port, seen } = await serve(DEMANDING);
    expect(await inbox(port, trusting, CLIENT)).toEqual(OK);
    mailbox?.close();
    expect(await inbox(port, trusting, { ...CLIENT, username: 'ann', password: 'pw' })).toEqual(OK);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  test('sends the password behind a client certificate once the server has offered Basic', async () => {
    const { port, seen } = await start(
      ({ headers }) =>
        headers.authorization === undefined
          ? { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
          : { body: inboxAnswer('AAMkInbox=', 3) },
      DEMANDING,
    );
    expect(await inbox(port, trusting, { ...CLIENT, username: 'ann', password: 'pw' })).toEqual(OK);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      `Basic ${Buffer.from('ann:pw').toString('base64')}`,
    ]);
  });

  test('sends no half of a password: a user name or a password alone leaves the certificate to itself', async () => {
    const { port, seen } = await serve(DEMANDING);
    for (const half of [{ username: 'ann' }, { password: 'pw' }]) {
      expect(await inbox(port, trusting, { ...CLIENT, ...half })).toEqual(OK);
      mailbox?.close();
      expect(schemeOf({ ...CLIENT, ...half })).toBe('certificate');
    }
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  test('names the certificate where the server demands one and another way was tried', async () => {
    const { port } = await serve(DEMANDING);
    expect(await inbox(port)).toMatchObject({
      ok: false,
      failure: { kind: 'unauthorized', offered: ['certificate'], sent: 'basic' },
    });
    const exchange = localExchange(trusting);
    const ewsUrl = `https://mail.example.com:${port}/EWS/Exchange.asmx`;
    expect(await exchange.probe({ ewsUrl, deadlineMs: Date.now() + 5_000 })).toEqual({
      ok: true,
      value: { offered: ['certificate'] },
    });
  });

  test('over TLS 1.2, where a demanded certificate and a cipher are missed in the same words, leaves that open', async () => {
    const { port } = await serve({ ...DEMANDING, maxVersion: 'TLSv1.2' });
    const exchange = localExchange(trusting);
    const ewsUrl = `https://mail.example.com:${port}/EWS/Exchange.asmx`;
    expect(await exchange.probe({ ewsUrl, deadlineMs: Date.now() + 5_000 })).toEqual({
      ok: false,
      failure: {
        kind: 'tls',
        fault: 'unclear',
        detail: expect.stringContaining('client certificate is wanted'),
      },
    });
    expect(await inbox(port, trusting, CLIENT)).toEqual(OK);
    mailbox?.close();
    const strange = await serve({ ...SERVER, maxVersion: 'TLSv1.2', ciphers: 'AES128-CCM8' });
    expect(await inbox(strange.port, trusting, CLIENT)).toEqual({
      ok: false,
      failure: { kind: 'tls', fault: 'client-certificate-unclear', detail: expect.any(String) },
    });
  });

  test('takes a certificate that cannot be read for what it is', async () => {
    const { port, seen } = await serve(DEMANDING);
    const broken = { ...CLIENT, certificate: 'not a certificate' };
    const otherKey = { ...CLIENT, privateKey: pem('server.key') };
    for (const auth of [broken, otherKey]) {
      expect(await inbox(port, trusting, auth)).toEqual({
        ok: false,
        failure: {
          kind: 'sign-in-impossible',
          code: 'ClientCertificateUnreadable',
        },
      });
    }
    expect(seen).toHaveLength(0);
  });

  test('goes nowhere where the name leads to an address that is refused', async () => {
    const { port, seen } = await serve(SERVER);
    const { addresses } = createOutgoingRules({
      allowedExchangeHosts: ['*'],
      allowedExchangeCidrs: [],
      allowedTokenHosts: [],
    });
    expect(await inbox(port, { ...trusting, rules: { ...RULES, addresses } })).toMatchObject({
      ok: false,
      failure: { kind: 'refused-address', detail: expect.stringContaining('loopback') },
    });
    expect(seen).toHaveLength(0);
  });
});
