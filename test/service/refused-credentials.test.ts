import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ALERTS } from '#domain/model/limits.ts';
import {
  endEverything,
  HOUR_MS,
  inExchange,
  kinds,
  later,
  MINUTE_MS,
  status,
  texts,
} from '../support/lifecycle.ts';
import { sendNotification } from '../support/send-notification.ts';
import { type RegisteredPhone, type TestWorld, useWorld } from '../support/world.ts';

const world = useWorld({ withoutSchedules: true, maxProcesses: 4 });
afterEach(() => endEverything(world()));

const neutral = (the: TestWorld, phone: RegisteredPhone) =>
  texts(the, phone).filter((text) => /new message/i.test(String(text))).length;

/** Callbacks of somebody who knows the URL, all at once: each about another item, each with a watermark of its own. */
async function atOnce(
  the: TestWorld,
  email: string,
  item: string,
  count: number,
): Promise<readonly number[]> {
  const { mailboxes } = the.world.exchange;
  const folder = mailboxes.folder(mailboxes.get(email), 'inbox').id;
  const url = the.world.exchange.subscriptions(email).at(-1)?.url ?? '';
  const answers = Array.from({ length: count }, async () => {
    const previous = `made-up-${randomUUID()}`;
    const body = sendNotification([{ previous, events: [{ type: 'NewMailEvent', item, folder }] }]);
    const headers = { 'Content-Type': 'text/xml; charset=utf-8' };
    return (await fetch(url, { method: 'POST', headers, body })).status;
  });
  return Promise.all(answers);
}

describe('many callbacks at once', () => {
  test('after a change of the password 50 of them are one failed sign-in, and two until the user is asked', async () => {
    const the = world();
    const phone = await the.registerPhone();
    const { email } = phone.phone;
    const item = await the.deliverMail(email);
    await later(the, MINUTE_MS);
    the.world.exchange.changePassword(email, 'new password');
    expect(new Set(await atOnce(the, email, item, 50))).toEqual(new Set([200]));
    expect(the.world.exchange.failedLogons(email)).toBe(1);
    await later(the, 15 * MINUTE_MS + 1_000);
    await atOnce(the, email, item, 50);
    expect(the.world.exchange.failedLogons(email)).toBe(2);
    expect(kinds(the, phone).filter((kind) => kind === 'sign-in')).toHaveLength(1);
  });

  test('make no more than 30 alerts and a count, and what comes on top is told by upkeep', async () => {
    const the = world();
    const phone = await the.registerPhone();
    const item = await the.deliverMail(phone.phone.email);
    await atOnce(the, phone.phone.email, item, 60);
    const alerts = () => kinds(the, phone).filter((kind) => kind === 'new-mail').length;
    // The last request within the limit may go one beyond it; then comes the count.
    expect(alerts()).toBeLessThanOrEqual(ALERTS.limit + 2);
    expect(alerts()).toBeGreaterThan(ALERTS.limit / 2);
    const before = alerts();
    await the.world.upkeep();
    expect(alerts()).toBe(before + 1);
    await later(the, 11 * MINUTE_MS);
    await the.deliverMail(phone.phone.email, { subject: 'by name again' });
    expect(texts(the, phone)).toContain('by name again');
  });
});

/** One mail for each of the phones, every so many minutes; answered by all that fell due meanwhile. */
async function mailEvery(
  the: TestWorld,
  phones: readonly RegisteredPhone[],
  minutes: number,
  ms: number,
): Promise<void> {
  for (let passed = 0; passed < ms; passed += minutes * MINUTE_MS) {
    for (const { phone } of phones) the.world.exchange.mailboxes.deliver(phone.email, { subject: 'unread' });
    await the.world.exchange.idle();
    await later(the, minutes * MINUTE_MS);
  }
}

async function office(the: TestWorld, count: number): Promise<readonly RegisteredPhone[]> {
  const phones = [];
  for (let n = 0; n < count; n += 1) phones.push(await the.registerPhone());
  return phones;
}

const refuseAll = (the: TestWorld, phones: readonly RegisteredPhone[], word: string | undefined) => {
  for (const { phone } of phones) the.world.exchange.failMailbox(phone.email, word);
};
const failed = (the: TestWorld, phones: readonly RegisteredPhone[]) =>
  phones.map(({ phone }) => the.world.exchange.failedLogons(phone.email));

describe('a host that refuses everybody', () => {
  test('gets three passwords of each in the first hour and one in six hours, whatever the order of arrival', async () => {
    const the = world();
    const phones = await office(the, 8);
    for (const { phone } of phones) {
      the.world.exchange.changePassword(phone.email, 'forced reset');
      the.world.exchange.mailboxes.deliver(phone.email, { subject: 'unread' });
      await later(the, 2 * MINUTE_MS);
    }
    await mailEvery(the, phones, 6, HOUR_MS - 16 * MINUTE_MS);
    for (const count of failed(the, phones)) expect(count).toBeLessThanOrEqual(3);
    await mailEvery(the, phones, 30, 22 * HOUR_MS);
    for (const count of failed(the, phones)) expect(count).toBeLessThanOrEqual(6);
    for (const phone of phones) expect(kinds(the, phone)).not.toContain('sign-in');
    // After a day of nothing but refusals each user is asked.
    await mailEvery(the, phones, 60, 9 * HOUR_MS);
    for (const phone of phones) {
      expect(kinds(the, phone).filter((kind) => kind === 'sign-in')).toHaveLength(1);
      expect(await status(the, phone.registrationId)).toBe('credentials-rejected');
    }
    for (const count of failed(the, phones)) expect(count).toBeLessThanOrEqual(8);
  }, 240_000);

  test.each([1, 2, 3, 5])('for some minutes signs nobody out, with %d mailboxes', async (count) => {
    const the = world();
    const phones = await office(the, count);
    const mail = async () => {
      for (const { phone } of phones) await the.deliverMail(phone.email, { subject: 'unread' });
    };
    refuseAll(the, phones, '401');
    await mail();
    await later(the, 6 * MINUTE_MS);
    await mail();
    refuseAll(the, phones, undefined);
    await later(the, 6 * MINUTE_MS);
    await mail();
    await later(the, 10 * MINUTE_MS);
    for (const { phone } of phones) await the.deliverMail(phone.email, { subject: 'by name again' });
    for (const phone of phones) {
      expect(kinds(the, phone)).not.toContain('sign-in');
      expect(texts(the, phone)).toContain('by name again');
      expect(inExchange(the, phone.phone.email)).toEqual(['active']);
      expect(neutral(the, phone)).toBe(3);
    }
  });
});

test('a bad front end that two mails meet, hours apart, signs nobody out: a heartbeat has tried another one', async () => {
  const the = world();
  const phone = await the.registerPhone();
  const { email } = phone.phone;
  for (const _mail of [1, 2]) {
    the.world.exchange.failMailbox(email, '401');
    await the.deliverMail(email);
    the.world.exchange.failMailbox(email, undefined);
    await later(the, 2 * HOUR_MS);
  }
  await the.deliverMail(email, { subject: 'by name again' });
  expect(kinds(the, phone)).not.toContain('sign-in');
  expect(texts(the, phone)).toContain('by name again');
});
