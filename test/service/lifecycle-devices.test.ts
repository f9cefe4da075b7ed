import { afterEach, expect, test } from '@jest/globals';
import {
  DAY_MS,
  endEverything,
  HOUR_MS,
  inExchange,
  kinds,
  later,
  status,
  subscriptionRows,
  texts,
} from '../support/lifecycle.ts';
import { at, useWorld } from '../support/world.ts';

const world = useWorld({ withoutSchedules: true });
afterEach(() => endEverything(world()));

async function twoPhones() {
  const the = world();
  const mailbox = the.newMailbox();
  const first = await the.registerPhone({}, mailbox);
  const second = await the.registerPhone({}, mailbox);
  return { the, mailbox, first, second };
}

test('a second phone joins the mailbox: one subscription, one GetItem per mail, one push per device', async () => {
  const { the, mailbox, first, second } = await twoPhones();
  expect(second.registrationId).not.toBe(first.registrationId);
  await the.deliverMail(mailbox.email, { subject: 'while the former one still hears' });
  expect(inExchange(the, mailbox.email)).toEqual(['unsubscribed', 'active']);
  const calls = await the.callsDuring(() => the.deliverMail(mailbox.email, { subject: 'once' }));
  expect(calls.map(({ action }) => action).toSorted()).toEqual([
    'ExecuteStatement',
    'GetItem',
    'Publish',
    'Publish',
  ]);
  for (const phone of [first, second]) {
    expect(texts(the, phone).filter((text) => text === 'once')).toHaveLength(1);
    expect(the.notifications(phone.phone).at(-1)?.payload).toMatchObject({
      ens: { mailbox: phone.registrationId },
    });
  }
});

test('a claimed address joins nothing: whose mailbox it is says Exchange', async () => {
  const the = world();
  const [ann, bob] = [the.newMailbox('ann'), the.newMailbox('bob')];
  const annsPhone = await the.registerPhone({}, ann);
  const auth = { type: 'basic', username: bob.email, password: bob.password };
  const impostor = await the.registerPhone({ auth }, ann).catch((error: unknown) => error);
  await the.deliverMail(ann.email, { subject: 'for Ann alone' });
  expect(texts(the, annsPhone)).toEqual(['for Ann alone']);
  expect(
    JSON.stringify(the.world.aws.phones.all().filter(({ token }) => token !== annsPhone.phone.token)),
  ).not.toContain('for Ann alone');
  if (impostor instanceof Error) return;
  expect((await the.rows('devices')).map(({ id }) => id)).toContain(annsPhone.registrationId);
  expect(await subscriptionRows(the, annsPhone.registrationId)).toHaveLength(1);
});

test('an access token that nobody can renew takes the place of no password', async () => {
  const the = world();
  const mailbox = the.newMailbox();
  const first = await the.registerPhone({}, mailbox);
  const { accessToken, expiresAt } = the.world.exchange.issueTokens(mailbox.email);
  const auth = { type: 'bearer', accessToken, expiresAt: new Date(expiresAt).toISOString() };
  const second = await the.registerPhone({ auth }, mailbox);
  expect(inExchange(the, mailbox.email)).toEqual(['active']);
  expect(await subscriptionRows(the, first.registrationId)).toMatchObject([
    { state: 'active', credentials_from: first.registrationId },
  ]);
  await the.deliverMail(mailbox.email, { subject: 'to both' });
  expect([texts(the, first), texts(the, second)]).toEqual([['to both'], ['to both']]);
});

test('a password takes the place of an access token, and of an older password', async () => {
  const the = world();
  const mailbox = the.newMailbox();
  const { accessToken, expiresAt } = the.world.exchange.issueTokens(mailbox.email);
  const auth = { type: 'bearer', accessToken, expiresAt: new Date(expiresAt).toISOString() };
  const first = await the.registerPhone({ auth }, mailbox);
  const second = await the.registerPhone({}, mailbox);
  const third = await the.registerPhone({}, mailbox);
  expect(await subscriptionRows(the, first.registrationId)).toMatchObject([
    { state: 'superseded', credentials_from: first.registrationId },
    { state: 'superseded', credentials_from: second.registrationId },
    { state: 'active', credentials_from: third.registrationId },
  ]);
});

test('what the superseded subscription still brings is announced for an hour, and then it ends', async () => {
  const the = world();
  const mailbox = the.newMailbox();
  const first = await the.registerPhone({}, mailbox);
  the.world.exchange.holdCallbacks(mailbox.email);
  the.world.exchange.mailboxes.deliver(mailbox.email, { subject: 'on the old way' });
  await the.client.register(first.phone);
  the.world.exchange.releaseCallbacks(mailbox.email);
  await the.world.exchange.idle();
  expect(texts(the, first)).toEqual(['on the old way']);
  expect(inExchange(the, mailbox.email)).toEqual(['unsubscribed', 'active']);
});

test('a superseded subscription that is first heard of after an hour is only told to end', async () => {
  const the = world();
  const mailbox = the.newMailbox();
  const first = await the.registerPhone({}, mailbox);
  the.world.exchange.holdCallbacks(mailbox.email);
  await the.client.register(first.phone);
  await later(the, HOUR_MS + 60_000);
  the.world.exchange.mailboxes.deliver(mailbox.email, { subject: 'once' });
  the.world.exchange.releaseCallbacks(mailbox.email);
  await the.world.exchange.idle();
  expect(texts(the, first)).toEqual(['once']);
  expect(inExchange(the, mailbox.email)).toEqual(['unsubscribed', 'active']);
});

test('when the phone whose credentials are in use leaves, another is woken and brings its own', async () => {
  const { the, mailbox, first, second } = await twoPhones();
  await the.client.call('DELETE', `/register/${second.registrationId}`);
  await the.world.upkeep();
  expect(kinds(the, first)).toEqual(['wake']);
  await the.deliverMail(mailbox.email, { subject: 'served meanwhile' });
  expect(texts(the, first).at(-1)).toBe('served meanwhile');
  await the.client.register(first.phone);
  expect((await subscriptionRows(the, first.registrationId)).at(-1)).toMatchObject({
    state: 'active',
    credentials_from: first.registrationId,
  });
  await later(the, DAY_MS + HOUR_MS);
  await the.world.upkeep();
  await the.deliverMail(mailbox.email, { subject: 'a day later' });
  expect(texts(the, first).at(-1)).toBe('a day later');
});

test('credentials of a phone that left are used no longer than a day, even if nobody brings others', async () => {
  const { the, mailbox, first, second } = await twoPhones();
  await the.deliverMail(mailbox.email);
  await the.client.call('DELETE', `/register/${second.registrationId}`);
  await the.world.upkeep();
  await later(the, 23 * HOUR_MS);
  await the.world.upkeep();
  await the.deliverMail(mailbox.email, { subject: 'within the day' });
  expect(texts(the, first).at(-1)).toBe('within the day');
  await later(the, 2 * HOUR_MS);
  await the.world.upkeep();
  const calls = await the.callsDuring(() => the.deliverMail(mailbox.email, { subject: 'too late' }));
  expect(calls.filter(({ service }) => service === 'ews')).toEqual([]);
  expect(inExchange(the, mailbox.email)).toEqual(['unsubscribed', 'unsubscribed']);
  expect(await status(the, first.registrationId)).toBe('lost');
  expect(kinds(the, first).filter((kind) => kind === 'wake').length).toBeGreaterThanOrEqual(2);
});

test('moving a subscription to a new key pair gives credentials of a phone that left no second day', async () => {
  const { the, mailbox, first, second } = await twoPhones();
  await the.deliverMail(mailbox.email);
  await the.client.call('DELETE', `/register/${second.registrationId}`);
  await the.world.upkeep();
  await later(the, 20 * HOUR_MS);
  await the.world.exchange.pushError(mailbox.email, 'ErrorReadEventsFailed');
  expect(inExchange(the, mailbox.email).at(-1)).toBe('active');
  await later(the, 5 * HOUR_MS);
  await the.world.upkeep();
  const calls = await the.callsDuring(() => the.deliverMail(mailbox.email, { subject: 'too late' }));
  expect(calls.filter(({ service }) => service === 'ews')).toEqual([]);
  expect(await status(the, first.registrationId)).toBe('lost');
});

test('two mailboxes on one phone share its endpoint: the badge is their sum, and one removed leaves the other', async () => {
  const the = world();
  const [work, home] = [the.newMailbox('work'), the.newMailbox('home')];
  const first = await the.registerPhone({}, work);
  const { token, deviceId } = first.phone;
  const second = await the.registerPhone({ token, deviceId }, home);
  const badge = () => at(the.notifications(first.phone).at(-1)?.payload, 'aps', 'badge');
  await the.deliverMail(work.email);
  expect(badge()).toBe(1);
  await the.deliverMail(home.email);
  await the.deliverMail(home.email);
  expect(badge()).toBe(3);
  await the.client.call('DELETE', `/register/${first.registrationId}`);
  await the.deliverMail(work.email, { subject: 'not shown' });
  await the.deliverMail(home.email, { subject: 'shown' });
  expect(badge()).toBe(3);
  expect(texts(the, second)).not.toContain('not shown');
  expect(texts(the, second).at(-1)).toBe('shown');
  await the.world.upkeep();
  await the.deliverMail(home.email, { subject: 'after upkeep' });
  expect(texts(the, second).at(-1)).toBe('after upkeep');
});

test('a phone that changes hands shows its former owner nothing of the new one, nor the other way', async () => {
  const the = world();
  const [ann, bob] = [the.newMailbox('ann'), the.newMailbox('bob')];
  const former = await the.registerPhone({}, ann);
  await the.client.call('DELETE', `/register/${former.registrationId}`);
  const next = await the.registerPhone({ token: former.phone.token }, bob);
  await the.deliverMail(ann.email, { subject: 'for Ann' });
  await the.deliverMail(bob.email, { subject: 'for Bob' });
  expect(texts(the, next)).toEqual(['for Bob']);
});

test('an app that was removed without a word and comes back for somebody else shows nothing of the first', async () => {
  const the = world();
  const [ann, bob] = [the.newMailbox('ann'), the.newMailbox('bob')];
  const former = await the.registerPhone({}, ann);
  the.world.aws.phones.uninstall('apns', former.phone.token);
  await the.deliverMail(ann.email);
  await the.world.upkeep();
  expect(await status(the, former.registrationId)).toBe('device-gone');
  const next = await the.registerPhone({ token: former.phone.token }, bob);
  expect(next.answer.status).toBe(201);
  const calls = await the.callsDuring(() => the.deliverMail(ann.email, { subject: 'for Ann' }));
  expect(calls.filter(({ action }) => action === 'Publish')).toEqual([]);
});
