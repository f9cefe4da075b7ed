import { afterEach, expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { endEverything, inExchange, later, MINUTE_MS, status, texts } from '../support/lifecycle.ts';
import { at, codeOf, useWorld } from '../support/world.ts';

/** One mail is one notification, and one subscription serves all phones of a mailbox where it can. */
const world = useWorld({ withoutSchedules: true });
afterEach(() => endEverything(world()));

/** What a phone with Basic puts into its JWE beside the binding. */
function credentialsOf(email: string, password: string) {
  return { email, auth: { type: 'basic', username: email, password } };
}

/** Registers as an app that tells the version of its credentials. */
async function registerWith(version: string, mailbox: ReturnType<ReturnType<typeof world>['newMailbox']>) {
  const { client } = world();
  const phone = newPhone(mailbox);
  const register = async () => {
    const content = { ...credentialsOf(mailbox.email, mailbox.password), credentialsVersion: version };
    const answer = await client.call('POST', '/register', {
      device: { id: phone.deviceId, platform: phone.platform, token: phone.token },
      mailbox: { ewsUrl: mailbox.ewsUrl },
      credentials: await client.seal(content, phone),
      preferences: phone.preferences,
    });
    return { status: answer.status, registrationId: String(at(answer.body, 'registrationId')) };
  };
  return { phone, register };
}

test('six phones with a limit of three subscriptions register, and each is told of a mail once', async () => {
  const the = world();
  const mailbox = the.newMailbox('workmail');
  the.world.exchange.mailboxes.get(mailbox.email).subscriptionLimit = 3;
  const phones = [];
  for (let n = 0; n < 6; n += 1) phones.push(await the.registerPhone({}, mailbox));
  expect(inExchange(the, mailbox.email)).toHaveLength(3);
  await the.deliverMail(mailbox.email, { subject: 'for all' });
  for (const { phone } of phones) await the.waitForNotifications(phone, 1);
  await later(the, 5 * MINUTE_MS);
  expect(phones.map((one) => texts(the, one))).toEqual(phones.map(() => ['for all']));
  expect(await Promise.all(phones.map((one) => status(the, one.registrationId)))).toEqual(
    phones.map(() => 'active'),
  );
});

test('a phone that registers 25 times with a limit of 20 is never refused, and the next mail rings once', async () => {
  const the = world();
  const mailbox = the.newMailbox('often');
  the.world.exchange.mailboxes.get(mailbox.email).subscriptionLimit = 20;
  const registered = await the.registerPhone({}, mailbox);
  for (let n = 0; n < 24; n += 1) expect((await the.client.register(registered.phone)).status).toBe(200);
  await the.deliverMail(mailbox.email, { subject: 'once' });
  await the.waitForNotifications(registered.phone, 1);
  await later(the, 5 * MINUTE_MS);
  expect(texts(the, registered)).toEqual(['once']);
  // Every former subscription has ended with its callback.
  expect(inExchange(the, mailbox.email).filter((state) => state === 'active')).toHaveLength(1);
  await the.deliverMail(mailbox.email, { subject: 'and the next' });
  await the.waitForNotifications(registered.phone, 2);
  expect(texts(the, registered)).toEqual(['once', 'and the next']);
});

test('a phone that tells the version of its credentials makes one subscription, however often it registers', async () => {
  const the = world();
  const mailbox = the.newMailbox('version');
  const { phone, register } = await registerWith('version-one', mailbox);
  expect((await register()).status).toBe(201);
  for (let n = 0; n < 5; n += 1) expect((await register()).status).toBe(200);
  expect(inExchange(the, mailbox.email)).toEqual(['active']);
  await the.deliverMail(mailbox.email, { subject: 'once' });
  expect(await the.waitForNotifications(phone, 1)).toHaveLength(1);
});

test('a new version of the credentials makes a new subscription, and the next mail rings once', async () => {
  const the = world();
  const mailbox = the.newMailbox('changed');
  const { phone, register } = await registerWith('version-one', mailbox);
  const { registrationId } = await register();
  the.world.exchange.mailboxes.get(mailbox.email).password = 'another password';
  const content = {
    ...credentialsOf(mailbox.email, 'another password'),
    credentialsVersion: 'version-two',
  };
  const answer = await the.client.call('POST', '/register', {
    device: { id: phone.deviceId, platform: phone.platform, token: phone.token },
    mailbox: { ewsUrl: mailbox.ewsUrl },
    credentials: await the.client.seal(content, phone),
    preferences: phone.preferences,
  });
  expect(answer.status).toBe(200);
  expect(inExchange(the, mailbox.email)).toHaveLength(2);
  await the.deliverMail(mailbox.email, { subject: 'after the change' });
  await the.waitForNotifications(phone, 1);
  await later(the, 5 * MINUTE_MS);
  expect(the.notifications(phone)).toHaveLength(1);
  expect(await status(the, registrationId)).toBe('active');
});

test('a mailbox whose active subscription is gone and that is allowed no other one refuses', async () => {
  const the = world();
  const mailbox = the.newMailbox('limited');
  the.world.exchange.mailboxes.get(mailbox.email).subscriptionLimit = 0;
  expect(codeOf(await the.client.register(newPhone(mailbox)))).toBe('SUBSCRIPTION_LIMIT');
  expect(await the.rows('devices')).toEqual([]);
});

test('the phone that goes as the 21st registers is told to open its app, and the others are not', async () => {
  const the = world();
  const mailbox = the.newMailbox('desk');
  const phones = [];
  for (let n = 0; n < 21; n += 1) {
    phones.push(await the.registerPhone({}, mailbox));
    await the.world.clock.advance(1);
  }
  const [first, second] = phones;
  if (first === undefined || second === undefined) throw new Error('no phones');
  expect(await status(the, first.registrationId)).toBe('REGISTRATION_UNKNOWN');
  await the.world.upkeep();
  const [told] = await the.waitForNotifications(first.phone, 1);
  expect(at(told?.payload, 'ens', 'type')).toBe('wake');
  expect(at(told?.payload, 'aps', 'alert')).toBeDefined();
  expect(the.notifications(second.phone)).toEqual([]);
  await the.world.upkeep();
  expect(the.notifications(first.phone)).toHaveLength(1);
});
