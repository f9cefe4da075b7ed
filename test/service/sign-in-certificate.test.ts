import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { defaultModes } from '../../local/exchange/modes.ts';
import { createAuthority, type Identity } from '../../local/exchange/tls/certificates.ts';
import type { TlsListener } from '../../local/exchange/tls/listen-tls.ts';
import type { Json } from '../../local/template/json.ts';
import { at, codeOf, useWorld } from '../support/world.ts';

/** The simulated Exchange speaks TLS here, under an authority that only the tenant's own bundle names. */
const world = useWorld({
  settings: { allowedExchangeHosts: ['https://127.0.0.1:*'], extraCaFile: 'test/fixtures/tls/ca.pem' },
});

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');
const SERVER = { certificate: fixture('server'), privateKey: fixture('server.key') };
const authority = createAuthority('People');
const RSA_TIMEOUT_MS = 60_000;

let asking: TlsListener;
let large: Identity;
beforeAll(async () => {
  large = authority.issue({ commonName: 'ann', rsaBits: 4096 });
  asking = await world().world.exchange.listenTls({ ...SERVER, clientAuthority: authority.certificate });
}, RSA_TIMEOUT_MS);
beforeEach(() => void Object.assign(world().world.exchange.modes, defaultModes()));
afterEach(() => world().world.faults.clear());

const ewsUrl = (listener = asking) => `${listener.origin}/EWS/Exchange.asmx`;

/** A mailbox that knows this certificate. */
function certified(identity: Identity, certificateRequired = false) {
  const { newMailbox, world: running } = world();
  const mailbox = { ...newMailbox('certified'), ewsUrl: ewsUrl() };
  Object.assign(running.exchange.mailboxes.get(mailbox.email), {
    certificateSha256: identity.sha256,
    certificateRequired,
  });
  return mailbox;
}

/** The chain as a phone sends it: leaf first, then who issued it. */
function certificateAuth(identity: Identity, more: { [name: string]: Json } = {}): Json {
  const certificate = `${identity.certificate}${authority.certificate}`;
  return { type: 'certificate', certificate, privateKey: identity.privateKey, ...more };
}

test('a password travels over TLS to a server that only the tenant’s own authority vouches for', async () => {
  const { registerPhone, deliverMail, waitForNotifications, newMailbox } = world();
  const { phone } = await registerPhone({}, { ...newMailbox(), ewsUrl: ewsUrl() });
  await deliverMail(phone.email, { subject: 'Over TLS' });
  const [push] = await waitForNotifications(phone, 1);
  expect(at(push?.payload, 'aps', 'alert', 'body')).toBe('Over TLS');
});

describe('a client certificate', () => {
  test.each([
    ['of RSA-4096 with its chain', () => large],
    ['on P-256', () => authority.issue({ commonName: 'ann' })],
  ])('%s signs in alone: registered, subscribed, and shown again when mail comes', async (_what, make) => {
    const { registerPhone, deliverMail, waitForNotifications, world: running } = world();
    running.exchange.modes.offers = ['Certificate'];
    const identity = make();
    const { phone, answer } = await registerPhone({ auth: certificateAuth(identity) }, certified(identity));
    expect(answer.status).toBe(201);
    await deliverMail(phone.email, { subject: 'By certificate' });
    const [push] = await waitForNotifications(phone, 1);
    expect(at(push?.payload, 'aps', 'alert', 'body')).toBe('By certificate');
    for (const { url } of running.exchange.subscriptions(phone.email)) expect(url.length).toBeLessThan(2083);
  });

  test('stands in front of Basic where the server wants both, and Basic alone is refused', async () => {
    const { registerPhone, deliverMail, waitForNotifications, client, world: running } = world();
    running.exchange.modes.offers = ['Basic'];
    const identity = authority.issue({ commonName: 'both' });
    const mailbox = certified(identity, true);
    const refused = await client.register(newPhone(mailbox));
    expect(codeOf(refused)).toBe('EWS_FORBIDDEN');
    const auth = certificateAuth(identity, { username: mailbox.email, password: mailbox.password });
    const { phone } = await registerPhone({ auth }, mailbox);
    await deliverMail(phone.email, { subject: 'Both' });
    const [push] = await waitForNotifications(phone, 1);
    expect(at(push?.payload, 'aps', 'alert', 'body')).toBe('Both');
  });

  test('without its own key is the fault of the credentials, not of Exchange', async () => {
    const { client, world: running } = world();
    running.exchange.modes.offers = ['Certificate'];
    const [one, other] = [authority.issue({ commonName: 'one' }), authority.issue({ commonName: 'other' })];
    const auth = certificateAuth({ ...one, privateKey: other.privateKey });
    const answer = await client.register({ ...newPhone(certified(one)), auth });
    expect([answer.status, codeOf(answer), at(answer.body, 'field')]).toEqual([
      422,
      'CREDENTIALS_UNREADABLE',
      'auth.certificate',
    ]);
  });

  test('whose owner nobody knows gets the schemes that the server offers', async () => {
    const { client, newMailbox, world: running } = world();
    running.exchange.modes.offers = ['Certificate', 'NTLM'];
    const stranger = authority.issue({ commonName: 'stranger' });
    const phone = newPhone({ ...newMailbox(), ewsUrl: ewsUrl() });
    const answer = await client.register({ ...phone, auth: certificateAuth(stranger) });
    expect(codeOf(answer)).toBe('EWS_UNAUTHORIZED');
    expect(at(answer.body, 'sent')).toBe('certificate');
    expect(at(answer.body, 'offered')).toEqual(['ntlm']);
  });

  test('keeps out of the log, the database and the URL what it is made of', async () => {
    const { everythingWritten, world: running } = world();
    const written = await everythingWritten();
    const secret = large.privateKey.split('\n')[1] ?? '';
    expect(secret).toHaveLength(64);
    expect(written).not.toContain(secret);
    expect(JSON.stringify(running.exchange.subscriptions())).not.toContain(secret);
  });
});

describe('TLS', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'a server that demands a certificate in the handshake of %s and asks for Basic as well gets both',
    async (maxVersion) => {
      const { registerPhone, deliverMail, waitForNotifications, client, world: running } = world();
      running.exchange.modes.offers = ['Basic'];
      const demanding = await running.exchange.listenTls({
        ...SERVER,
        maxVersion,
        clientAuthority: authority.certificate,
        clientCertificateRequired: true,
      });
      const identity = authority.issue({ commonName: 'handshake' });
      const mailbox = { ...certified(identity, true), ewsUrl: ewsUrl(demanding) };
      const { email: username, password } = mailbox;
      const wrong = certificateAuth(identity, { username, password: 'wrong' });
      const refused = await client.register({ ...newPhone(mailbox), auth: wrong });
      expect([codeOf(refused), at(refused.body, 'sent')]).toEqual(['EWS_UNAUTHORIZED', 'basic']);
      const auth = certificateAuth(identity, { username, password });
      const { phone, answer } = await registerPhone({ auth }, mailbox);
      expect(answer.status).toBe(201);
      await deliverMail(phone.email, { subject: 'Both, over a demanding handshake' });
      const [push] = await waitForNotifications(phone, 1);
      expect(at(push?.payload, 'aps', 'alert', 'body')).toBe('Both, over a demanding handshake');
    },
  );

  test('a server that demands a certificate in the handshake is told apart from a bad certificate of its own', async () => {
    const { client, newMailbox, registerPhone, world: running } = world();
    running.exchange.modes.offers = ['Certificate'];
    const demanding = await running.exchange.listenTls({
      ...SERVER,
      clientAuthority: authority.certificate,
      clientCertificateRequired: true,
    });
    const withPassword = await client.register(newPhone({ ...newMailbox(), ewsUrl: ewsUrl(demanding) }));
    expect(codeOf(withPassword)).toBe('EWS_UNAUTHORIZED');
    expect(at(withPassword.body, 'offered')).toEqual(['certificate']);
    const mailbox = { ...certified(large), ewsUrl: ewsUrl(demanding) };
    expect((await registerPhone({ auth: certificateAuth(large) }, mailbox)).answer.status).toBe(201);
  });

  test.each([
    [
      'an expired certificate',
      { certificate: fixture('expired'), privateKey: fixture('expired.key') },
      /expired/i,
    ],
    [
      'a certificate of nobody we trust',
      authority.issue({ commonName: 'x', hosts: ['127.0.0.1'] }),
      /extraCaFile/,
    ],
    ['nothing newer than TLS 1.1', { ...SERVER, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, /./],
  ] as const)('%s is refused before any password leaves, and named', async (_what, options, detail) => {
    const { client, newMailbox, world: running } = world();
    const listener = await running.exchange.listenTls(options);
    const phone = newPhone({ ...newMailbox(), ewsUrl: ewsUrl(listener) });
    const answer = await client.register(phone);
    expect(codeOf(answer)).toBe('EWS_TLS_FAILED');
    expect(at(answer.body, 'detail')).toMatch(detail);
    expect(running.exchange.failedLogons(phone.email)).toBe(0);
  });

  test('a fault that appears later costs one neutral notification and a quarter of an hour of silence, no subscription', async () => {
    const {
      registerPhone,
      newMailbox,
      deliverMail,
      waitForNotifications,
      callsDuring,
      world: running,
    } = world();
    const good = await running.exchange.listenTls(SERVER);
    const { phone } = await registerPhone({}, { ...newMailbox(), ewsUrl: ewsUrl(good) });
    good.close();
    const expired = { certificate: fixture('expired'), privateKey: fixture('expired.key') };
    const bad = await running.exchange.listenTls({ ...expired, port: good.port });
    await deliverMail(phone.email, { subject: 'hidden' });
    const [push] = await waitForNotifications(phone, 1);
    expect(at(push?.payload, 'aps', 'alert', 'body')).toMatch(/new message/i);
    bad.close();
    const again = await running.exchange.listenTls({ ...SERVER, port: good.port });
    const calls = await callsDuring(() => deliverMail(phone.email, { subject: 'quiet' }));
    expect(calls.filter(({ service }) => service === 'ews')).toEqual([]);
    await running.clock.advance(15 * 60_000 + 1_000);
    await deliverMail(phone.email, { subject: 'healed' });
    const pushes = await waitForNotifications(phone, 3);
    expect(at(pushes.at(-1)?.payload, 'aps', 'alert', 'body')).toBe('healed');
    expect(running.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
    again.close();
  });
});
