import { afterEach, describe, expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { defaultModes } from '../../local/exchange/modes.ts';
import {
  endEverything,
  inExchange,
  later,
  MINUTE_MS,
  status,
  subscriptionRows,
} from '../support/lifecycle.ts';
import { at, codeOf, type Notification, useWorld } from '../support/world.ts';

/** What Exchange does to its subscribers over time: retries, limits, moves, restarts. */
const world = useWorld();

afterEach(async () => {
  const { exchange, names } = world().world;
  Object.assign(exchange.modes, defaultModes());
  exchange.autodiscover.clear();
  names.dns.clear();
  await endEverything(world());
});

const textOf = (push: Notification | undefined) => at(push?.payload, 'aps', 'alert', 'body');
const typeOf = (push: Notification | undefined) => at(push?.payload, 'ens', 'type');
const NEUTRAL = /new message/i;

describe.each(['offsets', 'gaps'] as const)('with the retry table read as %s', (retryReading) => {
  test('mail waits out an outage of ours of four minutes, and arrives in full', async () => {
    const the = world();
    the.world.exchange.modes.retryReading = retryReading;
    const { phone } = await the.registerPhone();
    the.world.faults.add({ service: 'sns', action: 'Publish', error: 'InternalError', times: 1_000 });
    await the.deliverMail(phone.email, { subject: 'first' });
    await the.deliverMail(phone.email, { subject: 'second, behind it' });
    for (const _minute of [1, 2, 3, 4]) await later(the, MINUTE_MS);
    expect(inExchange(the, phone.email)).toEqual(['retrying']);
    the.world.faults.clear();
    // The next attempt comes after 8 minutes at the latest; by then the mail is too old to be tried again.
    await later(the, 4 * MINUTE_MS);
    const texts = (await the.waitForNotifications(phone, 2)).map(textOf);
    expect(texts).toEqual(['first', 'second, behind it']);
    expect(inExchange(the, phone.email)).toEqual(['active']);
  });

  test('mail that cannot be delivered for longer is owed: Exchange is let go, and the phone hears of it later', async () => {
    const the = world();
    the.world.exchange.modes.retryReading = retryReading;
    const { phone, registrationId } = await the.registerPhone();
    the.world.faults.add({ service: 'sns', action: 'Publish', error: 'InternalError', times: 1_000 });
    await the.deliverMail(phone.email, { subject: 'lost text' });
    for (const _step of [1, 2, 3]) await later(the, 5 * MINUTE_MS);
    expect(inExchange(the, phone.email)).toEqual(['active']);
    expect(the.notifications(phone)).toEqual([]);
    the.world.faults.clear();
    await the.world.upkeep();
    expect(textOf((await the.waitForNotifications(phone, 1))[0])).toMatch(NEUTRAL);
    expect(await status(the, registrationId)).toBe('active');
  });
});

test('a restart that forgets every subscription is found by its silence, and the phone makes a new one', async () => {
  const the = world();
  const { phone, registrationId } = await the.registerPhone();
  // Another server's mailbox goes on calling: the silence is no outage of ours.
  const { phone: other } = await the.registerPhone();
  the.world.exchange.restart(phone.email);
  the.world.exchange.mailboxes.deliver(phone.email, { subject: 'reported to nobody' });
  for (const _step of [1, 2, 3, 4]) await later(the, 20 * MINUTE_MS);
  expect(inExchange(the, phone.email)).toEqual(['restart']);
  expect(inExchange(the, other.email)).toEqual(['active']);
  await the.world.upkeep();
  expect(await status(the, registrationId)).toBe('lost');
  expect((await the.waitForNotifications(phone, 1)).map(typeOf)).toContain('wake');
  expect((await the.client.register(phone)).status).toBe(200);
  await the.deliverMail(phone.email, { subject: 'here again' });
  expect((await the.waitForNotifications(phone, 2)).map(textOf)).toContain('here again');
  expect(the.notifications(other)).toEqual([]);
});

test('a mailbox that has all its subscriptions refuses a new one, and keeps the one that works', async () => {
  const the = world();
  const mailbox = the.newMailbox('limited');
  the.world.exchange.mailboxes.get(mailbox.email).subscriptionLimit = 1;
  const { phone, registrationId } = await the.registerPhone({}, mailbox);
  const refused = await the.client.register(phone);
  expect([refused.status, codeOf(refused)]).toEqual([422, 'SUBSCRIPTION_LIMIT']);
  expect(await status(the, registrationId)).toBe('active');
  await the.deliverMail(phone.email, { subject: 'as before' });
  expect((await the.waitForNotifications(phone, 1)).map(textOf)).toEqual(['as before']);
  // A phone that was never registered leaves nothing behind.
  expect(codeOf(await the.client.register(newPhone(mailbox)))).toBe('SUBSCRIPTION_LIMIT');
  expect((await the.rows('devices')).length).toBe(1);
});

test('a burst that Exchange throttles loses no mail: by name while the budget lasts, neutrally after it', async () => {
  const the = world();
  const people = [];
  for (const _person of [1, 2, 3]) people.push((await the.registerPhone()).phone);
  // A notification for each mail, so that each costs a call.
  the.world.exchange.modes.maxEventsPerPost = 2;
  the.world.exchange.modes.throttling = { burst: 4, rechargePerMinute: 1, maxConcurrency: 27 };
  const mails = [1, 2, 3, 4, 5, 6, 7, 8];
  const sent = people.map(({ email }) =>
    mails.map((number) => the.world.exchange.mailboxes.deliver(email, { subject: `mail ${number}` }).itemId),
  );
  for (const [index, phone] of people.entries()) {
    const pushes = await the.waitForNotifications(phone, mails.length);
    const items = pushes.map(({ payload }) => at(payload, 'ens', 'item'));
    expect(items.toSorted()).toEqual(sent[index]?.toSorted());
    const named = pushes.map(textOf).filter((text) => !NEUTRAL.test(String(text)));
    expect(named.length).toBeGreaterThan(0);
    expect(named.length).toBeLessThan(mails.length);
  }
  await the.world.exchange.idle();
  await later(the, 5 * MINUTE_MS);
  for (const phone of people) {
    await the.deliverMail(phone.email, { subject: 'by name again' });
    expect((await the.waitForNotifications(phone, mails.length + 1)).map(textOf).at(-1)).toBe(
      'by name again',
    );
    expect(inExchange(the, phone.email)).toEqual(['active']);
  }
});

test('a mailbox that moved is found again by its phone at the new server, and leaves the old one', async () => {
  const the = world();
  const mailbox = the.newMailbox('mover');
  const { phone, registrationId } = await the.registerPhone({}, mailbox);
  the.world.exchange.moveMailbox(phone.email, 'two');
  const old = await the.client.register(phone);
  expect([old.status, codeOf(old)]).toEqual([422, 'EWS_NOT_FOUND']);
  const moved = { ...phone, ewsUrl: the.world.exchange.ewsUrl(phone.email) };
  expect(moved.ewsUrl).not.toBe(phone.ewsUrl);
  const renewed = await the.client.register(moved);
  // Another path is another server where several are allowed on one host.
  expect(renewed.status).toBe(201);
  expect(await status(the, registrationId)).toBe('REGISTRATION_UNKNOWN');
  expect(inExchange(the, phone.email)).toEqual(['moved', 'active']);
  await the.deliverMail(phone.email, { subject: 'from the new server' });
  expect((await the.waitForNotifications(phone, 1)).map(textOf)).toEqual(['from the new server']);
});

test('a mailbox whose new server nobody tells is announced neutrally and stays subscribed', async () => {
  const the = world();
  const { phone } = await the.registerPhone();
  const silent = { kind: 'status', status: 404 } as const;
  the.world.exchange.autodiscover.forHost('autodiscover.example.com', { pox: silent, soap: silent });
  the.world.names.dns.setSrv('_autodiscover._tcp.example.com', []);
  the.world.exchange.failMailbox(phone.email, 'ErrorProxyRequestNotAllowed');
  await the.deliverMail(phone.email, { subject: 'elsewhere' });
  expect(textOf((await the.waitForNotifications(phone, 1))[0])).toMatch(NEUTRAL);
  // Not looked for with every mail: each search shows the password to the servers of its domain.
  const calls = await the.callsDuring(() => the.deliverMail(phone.email, { subject: 'still elsewhere' }));
  expect(calls.filter(({ service }) => service === 'ews')).toEqual([]);
  expect(textOf((await the.waitForNotifications(phone, 2)).at(-1))).toMatch(NEUTRAL);
  expect(inExchange(the, phone.email)).toEqual(['active']);
});

test('a subscription leaves an ageing key pair while its credentials are in our hands, on a heartbeat', async () => {
  const the = world();
  const { phone, registrationId } = await the.registerPhone();
  const [{ key_pair_id: first } = {}] = await subscriptionRows(the, registrationId);
  const [old] = the.world.exchange.subscriptions(phone.email);
  // Three quarters of its life; heartbeats of all those days would only take time.
  await the.world.aws.database.query('UPDATE key_pairs SET created_at = created_at - 23 * 86400000::bigint');
  await the.world.upkeep();
  await the.world.exchange.heartbeat(phone.email);
  // The old one ends with its next request: what waited behind this one is not lost.
  expect(inExchange(the, phone.email)).toEqual(['active', 'active']);
  const rows = await subscriptionRows(the, registrationId);
  expect(rows.at(-1)?.key_pair_id).not.toBe(first);
  expect(the.world.exchange.subscriptions(phone.email)[1]?.url).not.toBe(old?.url);
  expect(the.notifications(phone)).toEqual([]);
  await the.deliverMail(phone.email, { subject: 'under the new key' });
  expect(inExchange(the, phone.email)).toEqual(['unsubscribed', 'active']);
  // Both report it; the second notification replaces the first.
  const pushes = await the.waitForNotifications(phone, 1);
  expect(new Set(pushes.map(textOf))).toEqual(new Set(['under the new key']));
  expect(new Set(pushes.map(({ headers }) => headers['apns-collapse-id'])).size).toBe(1);
  await the.deliverMail(phone.email, { subject: 'by the new one alone' });
  expect(
    the
      .notifications(phone)
      .map(textOf)
      .filter((text) => text === 'by the new one alone'),
  ).toHaveLength(1);
});

test('a subscription that is made anew loses no mail that waits behind the request, and the old one ends after it', async () => {
  const the = world();
  const { phone, registrationId } = await the.registerPhone();
  the.world.exchange.modes.maxEventsPerPost = 1;
  await the.world.aws.database.query('UPDATE key_pairs SET created_at = created_at - 23 * 86400000::bigint');
  await the.world.upkeep();
  const subjects = ['first', 'second', 'third'];
  for (const subject of subjects) the.world.exchange.mailboxes.deliver(phone.email, { subject });
  await the.world.exchange.idle();
  const alerts = (await the.waitForNotifications(phone, 3)).filter((push) => typeOf(push) === 'new-mail');
  expect(new Set(alerts.map(textOf))).toEqual(new Set(subjects));
  expect(inExchange(the, phone.email)).toEqual(['unsubscribed', 'active']);
  expect((await subscriptionRows(the, registrationId)).map(({ state }) => state)).toEqual([
    'superseded',
    'active',
  ]);
});

test('a superseded subscription that never calls again is swept an hour later', async () => {
  const the = world();
  const { phone, registrationId } = await the.registerPhone();
  the.world.exchange.holdCallbacks(phone.email);
  await the.client.register(phone);
  expect(await subscriptionRows(the, registrationId)).toHaveLength(2);
  await later(the, 61 * MINUTE_MS);
  await the.world.upkeep();
  expect((await subscriptionRows(the, registrationId)).map(({ state }) => state)).toEqual(['active']);
});
