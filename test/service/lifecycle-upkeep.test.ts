import { afterEach, expect, test } from '@jest/globals';
import {
  DAY_MS,
  endEverything,
  HOUR_MS,
  inExchange,
  kinds,
  later,
  MINUTE_MS,
  status,
  subscriptionRows,
  texts,
} from '../support/lifecycle.ts';
import { at, useWorld } from '../support/world.ts';

const world = useWorld({ withoutSchedules: true });
afterEach(() => endEverything(world()));

const loudness = (payload: Parameters<typeof at>[0]) =>
  at(payload, 'aps', 'alert') === undefined ? 'silent' : 'visible';

test('who falls silent is lost after two intervals: woken silently, visibly after two hours, once more after a day', async () => {
  const the = world();
  const lost = await the.registerPhone();
  const other = await the.registerPhone();
  the.world.exchange.restart(lost.phone.email);
  await later(the, 59 * MINUTE_MS);
  expect((await the.control('POST', '/local/upkeep')).status).toBe(200);
  expect(await status(the, lost.registrationId)).toBe('active');
  const woken = () => the.notifications(lost.phone).map(({ payload }) => loudness(payload));
  for (const [passedMs, expected] of [
    [2 * MINUTE_MS, ['silent']],
    [110 * MINUTE_MS, ['silent']],
    [11 * MINUTE_MS, ['silent', 'visible']],
    [21 * HOUR_MS, ['silent', 'visible']],
    [61 * MINUTE_MS, ['silent', 'visible', 'visible']],
    [2 * DAY_MS, ['silent', 'visible', 'visible']],
  ] as const) {
    await later(the, passedMs);
    await the.world.upkeep();
    await later(the, MINUTE_MS);
    await the.world.upkeep();
    expect(woken()).toEqual(expected);
  }
  expect(await status(the, lost.registrationId)).toBe('lost');
  expect(the.notifications(other.phone)).toEqual([]);
  await the.client.register(lost.phone);
  await the.deliverMail(lost.phone.email, { subject: 'back again' });
  expect(texts(the, lost).at(-1)).toBe('back again');
});

test('one heartbeat makes a lost subscription active again, and nobody is woken for it any more', async () => {
  const the = world();
  const phone = await the.registerPhone();
  the.world.exchange.holdCallbacks(phone.phone.email);
  await later(the, 61 * MINUTE_MS);
  await the.world.upkeep();
  await later(the, MINUTE_MS);
  await the.world.upkeep();
  expect(await status(the, phone.registrationId)).toBe('lost');
  expect(kinds(the, phone)).toEqual(['wake']);
  the.world.exchange.releaseCallbacks(phone.phone.email);
  await the.world.exchange.idle();
  expect(await status(the, phone.registrationId)).toBe('active');
  await later(the, 3 * HOUR_MS);
  await the.world.upkeep();
  expect(kinds(the, phone)).toEqual(['wake']);
});

test('an outage of our own is nobody’s silence: no verdict until two intervals after it', async () => {
  const the = world();
  const phones = await Promise.all(Array.from({ length: 6 }, () => the.registerPhone()));
  for (const { phone } of phones) the.world.exchange.holdCallbacks(phone.email);
  for (let n = 0; n < 10; n += 1) {
    await later(the, 8 * MINUTE_MS);
    await the.world.upkeep();
  }
  for (const { registrationId } of phones) expect(await status(the, registrationId)).toBe('active');
  for (const { phone } of phones.slice(1)) the.world.exchange.releaseCallbacks(phone.email);
  await the.world.exchange.idle();
  await the.world.upkeep();
  const [silent, ...others] = phones;
  await later(the, 31 * MINUTE_MS);
  await the.world.upkeep();
  expect(phones.flatMap((phone) => kinds(the, phone))).toEqual([]);
  await later(the, 31 * MINUTE_MS);
  await the.world.upkeep();
  await later(the, MINUTE_MS);
  await the.world.upkeep();
  expect(await status(the, silent?.registrationId ?? '')).toBe('lost');
  for (const { registrationId } of others) expect(await status(the, registrationId)).toBe('active');
});

test('a mail that could not be announced for five minutes is owed, and paid with a neutral push', async () => {
  const the = world();
  const { phone } = await the.registerPhone();
  the.world.faults.add({ service: 'sns', action: 'Publish', error: 'InternalError', times: 1_000 });
  await the.deliverMail(phone.email, { subject: 'late' });
  for (let n = 0; n < 5; n += 1) await later(the, 2 * MINUTE_MS);
  expect(the.notifications(phone)).toEqual([]);
  expect(inExchange(the, phone.email)).toEqual(['active']);
  await the.world.upkeep();
  expect(the.notifications(phone)).toEqual([]);
  the.world.faults.clear();
  await the.world.upkeep();
  expect(the.notifications(phone).map(({ payload }) => at(payload, 'aps', 'alert', 'body'))).toEqual([
    'New message',
  ]);
  await the.world.upkeep();
  expect(the.notifications(phone)).toHaveLength(1);
});

test('a removed app is told of by SNS, and after a day it goes with device, mailbox and subscription', async () => {
  const the = world();
  const { phone, registrationId } = await the.registerPhone();
  the.world.aws.phones.uninstall('apns', phone.token);
  await the.deliverMail(phone.email);
  await the.deliverMail(phone.email);
  expect(await status(the, registrationId)).toBe('device-gone');
  await later(the, 23 * HOUR_MS);
  await the.world.upkeep();
  expect(await status(the, registrationId)).toBe('device-gone');
  await later(the, 2 * HOUR_MS);
  await the.world.upkeep();
  expect(await status(the, registrationId)).toBe('REGISTRATION_UNKNOWN');
  expect(await the.rows('endpoints')).toEqual([]);
  expect(await the.rows('mailboxes')).toEqual([]);
  await the.world.exchange.heartbeat(phone.email);
  expect(inExchange(the, phone.email)).toEqual(['unsubscribed']);
});

test('when many phones of an application fall together, it is our set-up: nobody is forgotten', async () => {
  const the = world();
  const phones = await Promise.all(Array.from({ length: 6 }, () => the.registerPhone()));
  for (const { phone } of phones) the.world.aws.phones.uninstall('apns', phone.token);
  for (const { phone } of phones) await the.deliverMail(phone.email);
  await later(the, DAY_MS + HOUR_MS);
  await the.world.upkeep();
  for (const { registrationId } of phones) expect(await status(the, registrationId)).toBe('device-gone');
});

test('a new key pair is made every day, and whoever registers again moves to it', async () => {
  const the = world();
  const { phone, registrationId } = await the.registerPhone();
  const [before] = await subscriptionRows(the, registrationId);
  const pairs = async () => (await the.rows('key_pairs')).map(({ id }) => id);
  const first = await pairs();
  expect(first).toContain(before?.key_pair_id);
  await later(the, DAY_MS);
  await the.world.upkeep();
  expect((await pairs()).length).toBe(first.length + 1);
  await the.client.register(phone);
  await the.deliverMail(phone.email);
  const { key_pair_id: pair } = (await subscriptionRows(the, registrationId)).at(-1) ?? {};
  expect(first).not.toContain(pair);
});

test('a registration that nobody renews is forgotten after 30 days, with everything of it', async () => {
  const the = world();
  const { registrationId } = await the.registerPhone();
  // A month of heartbeats would show nothing but itself.
  the.world.exchange.restart();
  await later(the, 29 * DAY_MS);
  await the.world.upkeep();
  expect(await status(the, registrationId)).toBe('lost');
  await later(the, DAY_MS + HOUR_MS);
  await the.world.upkeep();
  expect(await status(the, registrationId)).toBe('REGISTRATION_UNKNOWN');
  for (const table of ['devices', 'mailboxes', 'subscriptions']) expect(await the.rows(table)).toEqual([]);
});

test('renewing moves the end by 30 days', async () => {
  const the = world();
  const { registrationId, phone } = await the.registerPhone();
  the.world.exchange.restart();
  await later(the, 20 * DAY_MS);
  await the.world.upkeep();
  expect((await the.client.register(phone)).status).toBe(200);
  the.world.exchange.restart();
  await later(the, 20 * DAY_MS);
  await the.world.upkeep();
  expect(await status(the, registrationId)).toBe('lost');
});
