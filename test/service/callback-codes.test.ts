import { afterEach, describe, expect, test } from '@jest/globals';
import { defaultModes } from '../../local/exchange/modes.ts';
import { endEverything } from '../support/lifecycle.ts';
import { sendNotification } from '../support/send-notification.ts';
import { at, type Notification, useWorld } from '../support/world.ts';

/** What Exchange answers when we ask, and what it pushes instead of events: each code with its consequence. */
const world = useWorld();
const MINUTE_MS = 60_000;

afterEach(async () => {
  Object.assign(world().world.exchange.modes, defaultModes());
  await endEverything(world());
});

const textOf = (push: Notification | undefined) => at(push?.payload, 'aps', 'alert', 'body');
const typeOf = (push: Notification | undefined) => at(push?.payload, 'ens', 'type');
const NEUTRAL = /new message/i;

describe('a busy server', () => {
  test.each(['message', 'fault', 'padded', 'old', 'hidden', 'hidden-fault'])(
    'says ErrorServerBusy as %s: asked again after its back-off, or left alone where that is too long or not named',
    async (dress) => {
      const the = world();
      const { phone } = await the.registerPhone();
      const busy = { service: 'ews', action: 'GetItem', times: 1 } as const;
      the.world.faults.add({ ...busy, error: `ErrorServerBusy:${dress};backoff=20` });
      await the.deliverMail(phone.email, { subject: 'patience' });
      the.world.faults.add({ ...busy, error: `ErrorServerBusy:${dress};backoff=120000` });
      await the.deliverMail(phone.email, { subject: 'hidden' });
      the.world.faults.add({ ...busy, error: `ErrorServerBusy:${dress}` });
      await the.deliverMail(phone.email, { subject: 'usual wait' });
      const texts = (await the.waitForNotifications(phone, 3)).map(textOf);
      expect(texts).toEqual(['patience', expect.stringMatching(NEUTRAL), 'usual wait']);
      expect(the.world.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
    },
  );
});

/** Word of the fault, what the phone hears, what becomes of the subscription, what the app is told. */
const PASSING = ['new-mail', 'active', 'active'] as const;
const DEAD = [
  'ErrorPasswordExpired',
  'ErrorPasswordExpired:old',
  'ErrorPasswordChangeRequired',
  'ErrorOrganizationAccessBlocked',
];
const ANSWERS = [
  ...[
    'ErrorMailboxMoveInProgress',
    'ErrorMailboxStoreUnavailable',
    'ErrorMailboxFailover',
    'ErrorADUnavailable',
    'ErrorInternalServerTransientError',
    'ErrorInsufficientResources',
    'ErrorTimeoutExpired',
    'ErrorExceededConnectionCount',
    'ErrorServerBusy:hidden-fault;backoff=120000',
    'ErrorInternalServerError',
    'ErrorAccessDenied',
    'ErrorSchemaValidation:fault',
    'ErrorInvalidServerVersion',
    // Autodiscover tells the same server again.
    'ErrorProxyRequestNotAllowed',
    'ErrorAccountDisabled:padded',
    'ErrorNonExistentMailbox:hidden',
    'ErrorMissingEmailAddress',
    'ErrorCallerIsInvalidADAccount:fault',
    'ErrorSomethingNobodyKnows',
    '401',
    '403',
    '404',
    '456',
    '500:html',
    '500:empty',
    '503:empty',
    '302:https://elsewhere.example/owa',
    'html',
    'reset',
    'truncated',
    'half-xml',
    'oversized',
    'doctype',
    ...DEAD,
  ].map((word) => [word, ...PASSING] as const),
];

test('each failure of GetItem announces neutrally and ends nothing, whatever it says of the credentials', async () => {
  const the = world();
  the.world.exchange.modes.language = 'ko';
  const cases = [];
  for (const expected of ANSWERS)
    cases.push({ expected, ...(await the.registerPhone({}, the.newMailbox('code'))) });
  for (const { expected, phone } of cases) {
    the.world.exchange.failMailbox(phone.email, expected[0]);
    the.world.exchange.mailboxes.deliver(phone.email, { subject: 'marked', from: { name: 'Marked' } });
  }
  const found = [];
  for (const { expected, phone, registrationId } of cases) {
    const [push] = await the.waitForNotifications(phone, 1);
    await the.world.exchange.idle();
    const [subscription] = the.world.exchange.subscriptions(phone.email);
    const { body } = await the.client.call('GET', `/register/${registrationId}`);
    expect(JSON.stringify(push)).not.toMatch(/marked/i);
    found.push([expected[0], typeOf(push), subscription?.ended ?? subscription?.state, at(body, 'status')]);
  }
  expect(found).toEqual(ANSWERS);
  // Once, although Exchange may come again before it has our word.
  for (const { phone } of cases) expect(the.notifications(phone)).toHaveLength(1);

  // A quarter of an hour later whoever was left alone is asked again.
  await the.world.clock.advance(15 * MINUTE_MS + 1_000);
  for (const { phone } of cases) {
    the.world.exchange.failMailbox(phone.email, undefined);
    the.world.exchange.mailboxes.deliver(phone.email, { subject: 'healed' });
  }
  for (const { expected, phone } of cases) {
    const last = (await the.waitForNotifications(phone, 2)).at(-1);
    expect([expected[0], textOf(last)]).toEqual([expected[0], 'healed']);
  }
}, 240_000);

test.each(DEAD)('%s said twice, a quarter of an hour apart, asks to sign in again, once', async (word) => {
  const the = world();
  const { phone, registrationId } = await the.registerPhone();
  the.world.exchange.failMailbox(phone.email, word);
  await the.deliverMail(phone.email);
  await the.world.clock.advance(15 * MINUTE_MS + 1_000);
  await the.deliverMail(phone.email);
  await the.world.exchange.idle();
  expect(the.notifications(phone).map(typeOf)).toEqual(['new-mail', 'sign-in']);
  expect(the.world.exchange.subscriptions(phone.email)).toMatchObject([{ ended: 'unsubscribed' }]);
  const { body } = await the.client.call('GET', `/register/${registrationId}`);
  expect(at(body, 'status')).toBe('credentials-rejected');
});

test.each(['403', 'ErrorAccessDenied:message', 'ErrorAccessDenied:fault', 'ErrorAccessDenied:hidden'])(
  'a mailbox that is blocked, said as %s, is left alone for a quarter of an hour',
  async (word) => {
    const the = world();
    const { phone } = await the.registerPhone();
    the.world.exchange.failMailbox(phone.email, word);
    await the.deliverMail(phone.email, { subject: 'blocked' });
    the.world.exchange.failMailbox(phone.email, undefined);
    const calls = await the.callsDuring(() => the.deliverMail(phone.email, { subject: 'left alone' }));
    expect(calls.filter(({ service }) => service === 'ews')).toEqual([]);
    await the.world.clock.advance(15 * MINUTE_MS + 1_000);
    await the.deliverMail(phone.email, { subject: 'asked again' });
    const [first, second, last] = (await the.waitForNotifications(phone, 3)).map(textOf);
    expect([first, second]).toEqual([expect.stringMatching(NEUTRAL), expect.stringMatching(NEUTRAL)]);
    expect(last).toBe('asked again');
  },
);

describe('an error that Exchange pushes', () => {
  test.each([
    ['ErrorReadEventsFailed', true],
    ['ErrorReadEventsFailed', false],
    ['ErrorEventNotFound', false],
    ['ErrorMissedNotificationEvents', true],
    ['ErrorExpiredSubscription', false],
    ['ErrorInvalidSubscription', true],
    ['ErrorSubscriptionNotFound', false],
    ['ErrorSubscriptionUnsubscribed', true],
  ])(
    'as %s (with a subscription id: %s) is healed by a new subscription at once',
    async (code, withSubscriptionId) => {
      const the = world();
      the.world.exchange.modes.language = 'ko';
      const { phone, registrationId } = await the.registerPhone();
      const [old] = the.world.exchange.subscriptions(phone.email);
      await the.world.exchange.pushError(phone.email, code, { withSubscriptionId });
      await the.world.exchange.idle();
      const subscriptions = the.world.exchange.subscriptions(phone.email);
      expect(subscriptions.map(({ state }) => state)).toEqual(['ended', 'active']);
      expect(subscriptions[1]?.url).not.toBe(old?.url);
      expect(the.notifications(phone)).toEqual([]);
      await the.deliverMail(phone.email, { subject: 'healed' });
      expect((await the.waitForNotifications(phone, 1)).map(textOf)).toEqual(['healed']);
      const { body } = await the.client.call('GET', `/register/${registrationId}`);
      expect(at(body, 'status')).toBe('active');
    },
  );

  test('after mail that nobody reported says "New message" as well', async () => {
    const the = world();
    const { phone } = await the.registerPhone();
    await the.deliverMail(phone.email, { subject: 'seen' });
    the.world.exchange.loseEvents(phone.email);
    the.world.exchange.mailboxes.deliver(phone.email, { subject: 'lost with the queue' });
    await the.world.exchange.pushError(phone.email, 'ErrorReadEventsFailed');
    const [, push] = await the.waitForNotifications(phone, 2);
    expect(textOf(push)).toMatch(NEUTRAL);
    expect(the.world.exchange.subscriptions(phone.email).map(({ state }) => state)).toEqual([
      'ended',
      'active',
    ]);
  });

  test('that cannot be healed makes the subscription lost, and the phone is woken to make a new one', async () => {
    const the = world();
    const { phone, registrationId } = await the.registerPhone();
    the.world.faults.add({ service: 'ews', action: 'Subscribe', error: 'ErrorMailboxFailover', times: 20 });
    await the.world.exchange.pushError(phone.email, 'ErrorReadEventsFailed');
    await the.world.exchange.idle();
    the.world.faults.clear();
    const status = async () =>
      at((await the.client.call('GET', `/register/${registrationId}`)).body, 'status');
    expect(await status()).toBe('lost');
    await the.world.clock.advance(30 * MINUTE_MS);
    await the.world.upkeep();
    expect((await the.waitForNotifications(phone, 1)).map(typeOf)).toContain('wake');
    expect((await the.client.register(phone)).status).toBe(200);
    expect(await status()).toBe('active');
    await the.deliverMail(phone.email, { subject: 'back' });
    expect((await the.waitForNotifications(phone, 2)).map(textOf)).toContain('back');
  });

  test.each([
    'ErrorServerBusy',
    'ErrorInternalServerError',
    'ErrorMailboxStoreUnavailable',
    'ErrorUnheardOf',
  ])('as %s passes: answered OK, nothing made anew, nothing ended', async (code) => {
    const the = world();
    const { phone } = await the.registerPhone();
    const calls = await the.callsDuring(() => the.world.exchange.pushError(phone.email, code));
    expect(calls.filter(({ action }) => action === 'Subscribe')).toEqual([]);
    expect(the.notifications(phone)).toEqual([]);
    expect(the.world.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
  });

  test('as ErrorPasswordExpired ends nothing while Exchange itself takes the password', async () => {
    const the = world();
    const { phone } = await the.registerPhone();
    const calls = await the.callsDuring(() =>
      the.world.exchange.pushError(phone.email, 'ErrorPasswordExpired'),
    );
    expect(calls.filter(({ service }) => service === 'ews')).toHaveLength(1);
    expect(the.notifications(phone)).toEqual([]);
    expect(the.world.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
  });

  test('hidden in ErrorInternalServerError, beside a message that succeeded, is obeyed and the mail announced', async () => {
    const the = world();
    const { phone } = await the.registerPhone();
    const { mailboxes } = the.world.exchange;
    const folder = mailboxes.folder(mailboxes.get(phone.email), 'inbox').id;
    const [subscription] = the.world.exchange.subscriptions(phone.email);
    the.world.exchange.holdCallbacks(phone.email);
    const item = mailboxes.deliver(phone.email, { subject: 'with the error' }).itemId;
    const response = await fetch(subscription?.url ?? '', {
      method: 'POST',
      headers: { 'Content-Type': 'text/xml; charset=utf-8' },
      body: sendNotification([
        { events: [{ type: 'NewMailEvent', item, folder }] },
        {
          error: 'ErrorInternalServerError',
          text: '구독 이벤트를 읽지 못했습니다.',
          values: { InnerErrorResponseCode: 'ErrorReadEventsFailed' },
        },
      ]),
    });
    expect(await response.text()).toContain('>Unsubscribe<');
    expect((await the.waitForNotifications(phone, 1)).map(textOf)).toEqual(['with the error']);
    expect(the.world.exchange.subscriptions(phone.email)).toHaveLength(2);
  });
});

test('when a host refuses everybody at once, nobody is asked to sign in again and nobody is unsubscribed', async () => {
  const the = world();
  const phones = [];
  for (const _user of Array.from({ length: 6 })) phones.push((await the.registerPhone()).phone);
  for (const { email } of phones) the.world.exchange.failMailbox(email, '401');
  for (const round of [1, 2, 3]) {
    for (const { email } of phones) the.world.exchange.mailboxes.deliver(email, { subject: `${round}` });
    await the.world.exchange.idle();
    await the.world.clock.advance(5 * MINUTE_MS + 1_000);
  }
  const kinds = phones.flatMap((phone) => the.notifications(phone).map(typeOf));
  // The first refusals came before the host was known to refuse everybody; not one became a proof.
  expect(kinds).not.toContain('sign-in');
  for (const { email } of phones) {
    expect(the.world.exchange.subscriptions(email)).toMatchObject([{ state: 'active' }]);
    the.world.exchange.failMailbox(email, undefined);
    the.world.exchange.mailboxes.deliver(email, { subject: 'all well' });
  }
  for (const phone of phones)
    expect((await the.waitForNotifications(phone, 4)).map(textOf)).toContain('all well');
});
