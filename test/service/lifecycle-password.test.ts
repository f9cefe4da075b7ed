import { afterEach, expect, test } from '@jest/globals';
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
import { useWorld } from '../support/world.ts';

const world = useWorld({ withoutSchedules: true });
afterEach(() => {
  world().world.exchange.modes.unreadCountInEvents = true;
  return endEverything(world());
});

test.each([true, false])(
  'a changed password costs two failed sign-ins at most (unread count in events: %s), and one "Sign in again" per device',
  async (unreadCountInEvents) => {
    const the = world();
    the.world.exchange.modes.unreadCountInEvents = unreadCountInEvents;
    const mailbox = the.newMailbox();
    const first = await the.registerPhone({}, mailbox);
    const second = await the.registerPhone({}, mailbox);
    await the.deliverMail(mailbox.email);
    the.world.exchange.changePassword(mailbox.email, 'new password');

    const itemId = await the.deliverMail(mailbox.email);
    expect(the.world.exchange.failedLogons(mailbox.email)).toBe(1);
    await the.deliverMail(mailbox.email);
    the.world.exchange.mailboxes.delete(mailbox.email, itemId);
    await the.world.exchange.idle();
    expect(the.world.exchange.failedLogons(mailbox.email)).toBe(1);
    for (const phone of [first, second]) expect(kinds(the, phone)).not.toContain('sign-in');

    await later(the, 15 * MINUTE_MS + 1_000);
    await the.deliverMail(mailbox.email);
    await the.deliverMail(mailbox.email);
    await later(the, HOUR_MS);
    expect(the.world.exchange.failedLogons(mailbox.email)).toBe(2);
    for (const phone of [first, second]) {
      expect(kinds(the, phone).filter((kind) => kind === 'sign-in')).toHaveLength(1);
      expect(await status(the, phone.registrationId)).toBe('credentials-rejected');
    }
    expect(inExchange(the, mailbox.email)).toEqual(['unsubscribed', 'unsubscribed']);

    const auth = { type: 'basic', username: mailbox.email, password: 'new password' };
    expect((await the.client.register({ ...first.phone, auth })).status).toBe(200);
    await the.deliverMail(mailbox.email);
    for (const phone of [first, second]) {
      expect(kinds(the, phone).at(-1)).toBe('new-mail');
      expect(await status(the, phone.registrationId)).toBe('active');
    }
  },
);

test('a refusal in passing ends nothing: credentials that work again are trusted again', async () => {
  const the = world();
  const phone = await the.registerPhone();
  const { email } = phone.phone;
  the.world.exchange.failMailbox(email, '401');
  await the.deliverMail(email);
  the.world.exchange.failMailbox(email, undefined);
  await later(the, 16 * MINUTE_MS);
  await the.deliverMail(email, { subject: 'readable again' });
  expect(texts(the, phone)).toContain('readable again');
  the.world.exchange.failMailbox(email, '401');
  await the.deliverMail(email);
  the.world.exchange.failMailbox(email, undefined);
  expect(kinds(the, phone)).not.toContain('sign-in');
  expect(inExchange(the, email)).toEqual(['active']);
});

test('a phone that signed in anew is not asked to sign in again by what its former subscription brings', async () => {
  const the = world();
  const mailbox = the.newMailbox();
  const phone = await the.registerPhone({}, mailbox);
  the.world.exchange.failMailbox(mailbox.email, '401');
  await the.deliverMail(mailbox.email, { subject: 'before the password was known' });
  the.world.exchange.failMailbox(mailbox.email, undefined);
  the.world.exchange.changePassword(mailbox.email, 'new password');
  await later(the, 6 * MINUTE_MS);

  const auth = { type: 'basic', username: mailbox.email, password: 'new password' };
  expect((await the.client.register({ ...phone.phone, auth })).status).toBe(200);
  const failed = the.world.exchange.failedLogons(mailbox.email);
  await the.deliverMail(mailbox.email, { subject: 'after it' });
  expect(kinds(the, phone)).not.toContain('sign-in');
  expect(texts(the, phone)).toContain('after it');
  expect(the.world.exchange.failedLogons(mailbox.email)).toBe(failed);
  expect(inExchange(the, mailbox.email)).toEqual(['unsubscribed', 'active']);
  expect(await status(the, phone.registrationId)).toBe('active');
});
