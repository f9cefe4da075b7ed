import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { defaultModes } from '../../local/exchange/modes.ts';
import type { Json } from '../../local/template/json.ts';
import { at, codeOf, type Notification, useWorld } from '../support/world.ts';

const world = useWorld();
const HOUR_MS = 3_600_000;

beforeEach(() => void Object.assign(world().world.exchange.modes, defaultModes()));
afterEach(() => world().world.faults.clear());

const subjectOf = (push: Notification | undefined) => at(push?.payload, 'aps', 'alert', 'body');
const typeOf = (push: Notification | undefined) => at(push?.payload, 'ens', 'type');
const NEUTRAL = /new message/i;

/** A mailbox with tokens; `lifetimeSeconds` of its access tokens, with a refresh token or without. */
function tokens(options: {
  refresh: boolean;
  lifetimeSeconds?: number;
  tokenEndpoint?: string;
  sizes?: { accessTokenLength: number; refreshTokenLength: number };
}) {
  const { newMailbox, world: running } = world();
  const mailbox = newMailbox('token');
  const issued = running.exchange.issueTokens(mailbox.email, {
    clientId: 'the-app',
    lifetimeSeconds: options.lifetimeSeconds ?? 3_600,
    ...options.sizes,
  });
  const refresh: Json = {
    tokenEndpoint: options.tokenEndpoint ?? running.exchange.tokenEndpoint(),
    clientId: 'the-app',
    refreshToken: issued.refreshToken ?? '',
    scope: 'EWS.AccessAsUser.All offline_access',
  };
  const auth: Json = {
    type: 'bearer',
    accessToken: issued.accessToken,
    expiresAt: new Date(issued.expiresAt).toISOString(),
    ...(options.refresh ? { refresh } : {}),
  };
  return { mailbox, auth };
}

function ntlm(mailbox: { email: string; password: string }, password = mailbox.password): Json {
  const username = mailbox.email.split('@')[0] ?? '';
  return { type: 'ntlm', username, password, domain: 'EXAMPLE' };
}

describe('a scheme that the server does not offer', () => {
  test.each([
    ['basic', ['NTLM', 'Negotiate'], ['ntlm', 'negotiate']],
    ['ntlm', ['Basic'], ['basic']],
    ['bearer', ['NTLM', 'Basic'], ['ntlm', 'basic']],
  ] as const)('%s is not sent; the answer names %j', async (type, offers, offered) => {
    const { client, world: running } = world();
    running.exchange.modes.offers = [...offers];
    const { mailbox, auth } = tokens({ refresh: false });
    const phone = newPhone(mailbox);
    const auths: Record<typeof type, Json> = { basic: phone.auth, ntlm: ntlm(mailbox), bearer: auth };
    const answer = await client.register({ ...phone, auth: auths[type] });
    expect(codeOf(answer)).toBe('EWS_UNAUTHORIZED');
    expect(at(answer.body, 'sent')).toBe(type);
    expect(at(answer.body, 'offered')).toEqual(expect.arrayContaining([...offered]));
    for (const scheme of offered) expect(at(answer.body, 'detail')).toContain(scheme);
    expect(running.exchange.failedLogons(mailbox.email)).toBe(0);
  });
});

describe('an access token without refresh', () => {
  test('reads mail until it ends; then its phone is woken silently, and nobody has to sign in', async () => {
    const the = world();
    const { mailbox, auth } = tokens({ refresh: false, lifetimeSeconds: 3_600 });
    const { phone, answer, registrationId } = await the.registerPhone({ auth }, mailbox);
    const renewAfter = Date.parse(String(at(answer.body, 'renewAfter')));
    expect(Math.abs(renewAfter - (the.world.clock.now() + 50 * 60_000))).toBeLessThan(60_000);
    await the.deliverMail(phone.email, { subject: 'In time' });
    expect(subjectOf((await the.waitForNotifications(phone, 1))[0])).toBe('In time');

    await the.world.clock.advance(HOUR_MS + 60_000);
    const itemId = await the.deliverMail(phone.email, { subject: 'Too late' });
    // Signs of life of the subscription do not bring back its credentials.
    the.world.exchange.mailboxes.setRead(phone.email, itemId, true);
    await the.world.exchange.heartbeat(phone.email);
    await the.world.exchange.idle();
    await the.world.upkeep();
    const pushes = (await the.waitForNotifications(phone, 4)).slice(1);
    expect(pushes.map(typeOf)).not.toContain('sign-in');
    expect(pushes.map(typeOf)).toContain('wake');
    expect(subjectOf(pushes.find((push) => typeOf(push) === 'new-mail'))).toMatch(NEUTRAL);
    expect(at((await the.client.call('GET', `/register/${registrationId}`)).body, 'status')).toBe('lost');

    const fresh = the.world.exchange.issueTokens(mailbox.email);
    const expiresAt = new Date(fresh.expiresAt).toISOString();
    const renewed = await the.client.register({
      ...phone,
      auth: { type: 'bearer', accessToken: fresh.accessToken, expiresAt },
    });
    expect([renewed.status, at(renewed.body, 'registrationId')]).toEqual([200, registrationId]);
    const before = the.notifications(phone).length;
    await the.deliverMail(phone.email, { subject: 'Again' });
    const after = await the.waitForNotifications(phone, before + 1);
    expect(after.slice(before).map(subjectOf)).toContain('Again');
  });
});

describe('a refresh token', () => {
  test('renews the access token inside the request, once, and its rotation travels in a fresh seal', async () => {
    const the = world();
    const { mailbox, auth } = tokens({ refresh: true, lifetimeSeconds: 3_600 });
    const { phone } = await the.registerPhone({ auth }, mailbox);
    const [first] = the.world.exchange.subscriptions(phone.email);

    // Each round finds the access token ended; the refresh token works once only.
    for (const round of [1, 2, 3]) {
      await the.world.clock.advance(2 * HOUR_MS);
      const calls = await the.callsDuring(() => the.deliverMail(phone.email, { subject: `Round ${round}` }));
      const asked = calls.filter(({ service }) => service === 'ews').map(({ action }) => action);
      expect(asked).toEqual(['Token', 'GetItem', 'Subscribe']);
      const pushes = await the.waitForNotifications(phone, round);
      expect(subjectOf(pushes.at(-1))).toBe(`Round ${round}`);
    }
    // A new process knows no access token: what it opens is the last rotation.
    the.world.functions.kill('callback');
    await the.deliverMail(phone.email, { subject: 'Elsewhere' });
    expect((await the.waitForNotifications(phone, 4)).map(subjectOf)).toContain('Elsewhere');

    // The old one of the last rotation ends with its next request.
    await the.world.exchange.heartbeat(phone.email);
    const subscriptions = the.world.exchange.subscriptions(phone.email);
    expect(subscriptions.filter(({ state }) => state === 'active')).toHaveLength(1);
    expect(subscriptions[0]).toMatchObject({ url: first?.url, ended: 'unsubscribed' });
    expect(new Set(subscriptions.map(({ url }) => url)).size).toBe(subscriptions.length);
  });

  test('that is rotated by a renewal without mail travels in a fresh seal as well', async () => {
    const the = world();
    const { mailbox, auth } = tokens({ refresh: true, lifetimeSeconds: 600 });
    const other = await the.registerPhone({}, mailbox);
    const { phone } = await the.registerPhone({ auth, preferences: { badge: false } }, mailbox);
    await the.client.call('DELETE', `/register/${other.registrationId}`);
    // No device wants a badge any more, which a heartbeat puts right; the access token has ended by then.
    const calls = await the.callsDuring(() => the.world.clock.advance(2 * HOUR_MS));
    const asked = calls.filter(({ service }) => service === 'ews').map(({ action }) => action);
    expect(asked).toEqual(['Token', 'Subscribe', 'Subscribe']);
    // A new process has nothing but the seal.
    the.world.functions.kill('callback');
    await the.world.clock.advance(2 * HOUR_MS);
    await the.deliverMail(phone.email, { subject: 'Elsewhere' });
    expect((await the.waitForNotifications(phone, 1)).map(subjectOf)).toEqual(['Elsewhere']);
  });

  test('of Entra ID’s size, beside an access token of 2.5 KB, passes through registration, refresh and rotation', async () => {
    const the = world();
    const sizes = { accessTokenLength: 2_560, refreshTokenLength: 1_800 };
    const { mailbox, auth } = tokens({ refresh: true, sizes });
    expect(String(at(auth, 'accessToken'))).toHaveLength(2_560);
    const { phone, answer } = await the.registerPhone({ auth }, mailbox);
    expect(answer.status).toBe(201);
    await the.deliverMail(phone.email, { subject: 'As registered' });
    await the.world.clock.advance(2 * HOUR_MS);
    await the.deliverMail(phone.email, { subject: 'Refreshed' });
    // A new process has nothing but the fresh seal.
    the.world.functions.kill('callback');
    await the.world.clock.advance(2 * HOUR_MS);
    await the.deliverMail(phone.email, { subject: 'Rotated' });
    const pushes = await the.waitForNotifications(phone, 3);
    expect(pushes.map(subjectOf)).toEqual(['As registered', 'Refreshed', 'Rotated']);
    // The old one of the last rotation ends with its next request.
    await the.world.exchange.heartbeat(phone.email);
    const subscriptions = the.world.exchange.subscriptions(phone.email);
    expect(subscriptions.map(({ state }) => state)).toEqual(['ended', 'ended', 'active']);
    for (const { url } of subscriptions) expect(url.length).toBeLessThan(2_083);
    const written = await the.everythingWritten();
    for (const name of ['accessToken', 'refreshToken'])
      expect(written).not.toContain(String(at(auth, name) ?? at(auth, 'refresh', name)));
  });

  test('that is not rotated leaves the subscription alone, and its access token serves until it ends', async () => {
    const the = world();
    the.world.exchange.modes.refreshRotation = 'none';
    const { mailbox, auth } = tokens({ refresh: true, lifetimeSeconds: 3_600 });
    const { phone } = await the.registerPhone({ auth }, mailbox);
    await the.world.clock.advance(2 * HOUR_MS);
    const asked = async (subject: string) =>
      (await the.callsDuring(() => the.deliverMail(phone.email, { subject })))
        .filter(({ service }) => service === 'ews')
        .map(({ action }) => action);
    the.world.functions.kill('callback');
    expect(await asked('one')).toEqual(['Token', 'GetItem']);
    expect(await asked('two')).toEqual(['GetItem']);
    await the.world.clock.advance(HOUR_MS);
    expect(await asked('three')).toEqual(['Token', 'GetItem']);
    expect(the.world.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
    expect((await the.waitForNotifications(phone, 3)).map(subjectOf)).toEqual(['one', 'two', 'three']);
  });

  test('that was revoked is a symptom once and proof 15 minutes later', async () => {
    const the = world();
    const { mailbox, auth } = tokens({ refresh: true, lifetimeSeconds: 3_600 });
    const { phone } = await the.registerPhone({ auth }, mailbox);
    the.world.exchange.revokeTokens(phone.email);
    await the.world.clock.advance(2 * HOUR_MS);
    await the.deliverMail(phone.email);
    expect(typeOf((await the.waitForNotifications(phone, 1))[0])).toBe('new-mail');
    await the.world.clock.advance(15 * 60_000 + 1_000);
    await the.deliverMail(phone.email);
    expect(typeOf((await the.waitForNotifications(phone, 2)).at(-1))).toBe('sign-in');
    expect(the.world.exchange.subscriptions(phone.email)).toMatchObject([{ ended: 'unsubscribed' }]);
  });

  test.each([
    { status: 400, error: 'invalid_request' },
    { status: 400, error: 'invalid_token' },
    { status: 400, error: 'unauthorized_client' },
    { status: 401, error: 'invalid_client' },
    { status: 400, error: 'invalid_refresh_token' },
  ])('that is refused for hours, with whatever word, wakes its phone: %j', async (refusal) => {
    const the = world();
    const { mailbox, auth } = tokens({ refresh: true, lifetimeSeconds: 600 });
    const { phone, registrationId } = await the.registerPhone({ auth }, mailbox);
    the.world.exchange.modes.tokenRefusal = refusal;
    const calls = await the.callsDuring(async () => {
      for (let n = 0; n < 10; n += 1) {
        await the.world.clock.advance(HOUR_MS / 2);
        await the.deliverMail(phone.email);
      }
    });
    expect(calls.filter(({ action }) => action === 'Token').length).toBeLessThan(9);
    expect(at((await the.client.call('GET', `/register/${registrationId}`)).body, 'status')).toBe('lost');
    await the.world.upkeep();
    expect(the.notifications(phone).map(typeOf)).toContain('wake');
    expect(the.notifications(phone).map(typeOf)).not.toContain('sign-in');
  });

  test('is refused at registration where its token endpoint is not allowed', async () => {
    const { client } = world();
    const { mailbox, auth } = tokens({ refresh: true, tokenEndpoint: 'https://login.evil.example/token' });
    const answer = await client.register({ ...newPhone(mailbox), auth });
    expect(codeOf(answer)).toBe('EWS_URL_REFUSED');
    expect(at(answer.body, 'detail')).toContain('allowedTokenHosts');
  });
});
