import { expect, test } from '@jest/globals';
import { at, useWorld } from '../support/world.ts';

const world = useWorld();

test('a mail shows up on the phone with sender and subject, as Apple would get it', async () => {
  const { registerPhone, deliverMail, waitForNotifications } = world();
  const { phone, answer, registrationId } = await registerPhone();
  expect(answer.status).toBe(201);
  const itemId = await deliverMail(phone.email, { name: 'Bob Builder', subject: 'Can we fix it? 🛠' });
  const [push, ...others] = await waitForNotifications(phone, 1);
  expect(others).toEqual([]);
  expect(push?.headers).toMatchObject({ 'apns-push-type': 'alert', 'apns-priority': '10' });
  expect(push?.payload).toMatchObject({
    aps: { alert: { title: 'Bob Builder', body: 'Can we fix it? 🛠' }, badge: 1, 'mutable-content': 1 },
    ens: { v: 1, type: 'new-mail', mailbox: registrationId, item: itemId },
  });
});

test('a warm callback with one new mail costs one statement, one EWS call, one publish and no KMS call', async () => {
  const { registerPhone, deliverMail, waitForNotifications, callsDuring } = world();
  const { phone } = await registerPhone();
  await deliverMail(phone.email);
  await waitForNotifications(phone, 1);
  const calls = await callsDuring(() => deliverMail(phone.email));
  const callback = calls.filter((call) => call.function === 'callback');
  expect(callback.map(({ service, action, outcome }) => [service, action, outcome])).toEqual([
    ['rds-data', 'ExecuteStatement', 'ok'],
    ['ews', 'GetItem', 'ok'],
    ['sns', 'Publish', 'ok'],
  ]);
});

test('a heartbeat costs one statement and nothing else, and pushes nothing', async () => {
  const { registerPhone, world: running, callsDuring, notifications } = world();
  const { phone } = await registerPhone();
  const calls = await callsDuring(() => running.exchange.heartbeat(phone.email));
  expect(calls.map(({ service, action }) => [service, action])).toEqual([['rds-data', 'ExecuteStatement']]);
  expect(notifications(phone)).toEqual([]);
  expect(running.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
});

test('reading a mail elsewhere changes the badge and makes no sound', async () => {
  const { registerPhone, deliverMail, waitForNotifications, world: running } = world();
  const { phone } = await registerPhone();
  const itemId = await deliverMail(phone.email);
  await waitForNotifications(phone, 1);
  running.exchange.mailboxes.setRead(phone.email, itemId, true);
  const [, badge] = await waitForNotifications(phone, 2);
  expect(badge?.headers).toMatchObject({ 'apns-priority': '5', 'apns-expiration': '0' });
  expect(badge?.payload).toMatchObject({ aps: { badge: 0 }, ens: { type: 'badge' } });
  expect(at(badge?.payload, 'aps', 'alert')).toBeUndefined();
  expect(at(badge?.payload, 'aps', 'sound')).toBeUndefined();
});

test('registering again renews the same registration and leaves one subscription that counts', async () => {
  const { registerPhone, client, deliverMail, waitForNotifications, notifications, rows } = world();
  const { phone, registrationId } = await registerPhone();
  const again = await client.register(phone);
  expect(again.status).toBe(200);
  expect(at(again.body, 'registrationId')).toBe(registrationId);
  await deliverMail(phone.email);
  // The old subscription hears of it too, once; the phone shows one notification, since both have one id.
  const first = await waitForNotifications(phone, 1);
  expect(new Set(first.map((push) => push.headers['apns-collapse-id'])).size).toBe(1);
  await deliverMail(phone.email);
  expect(notifications(phone)).toHaveLength(first.length + 1);
  const [device] = (await rows('devices')).filter((row) => row.id === registrationId);
  const states = (await rows('subscriptions'))
    .filter((row) => row.mailbox_id === device?.mailbox_id)
    .map((row) => row.state);
  expect(states.toSorted()).toEqual(['active', 'superseded']);
});

test('a phone that unregisters gets nothing more, and nothing of it is kept', async () => {
  const { registerPhone, client, deliverMail, notifications, rows, world: running } = world();
  const { phone, registrationId } = await registerPhone();
  expect((await client.call('DELETE', `/register/${registrationId}`)).status).toBe(204);
  expect((await client.call('DELETE', `/register/${registrationId}`)).status).toBe(204);
  expect(codeIn(await client.call('GET', `/register/${registrationId}`))).toBe('REGISTRATION_UNKNOWN');
  await deliverMail(phone.email);
  expect(notifications(phone)).toEqual([]);
  expect((await rows('devices')).filter((row) => row.id === registrationId)).toEqual([]);
  expect(running.exchange.subscriptions(phone.email)).toMatchObject([{ ended: 'unsubscribed' }]);
});

test('a function killed in the middle of a callback loses no mail', async () => {
  const { registerPhone, world: running, waitForNotifications } = world();
  const { phone } = await registerPhone();
  running.faults.add({ service: 'ews', action: 'GetItem', error: 'hang', times: 1 });
  const asked = Promise.withResolvers<void>();
  const stop = running.events.on((event) => {
    if (event.kind === 'call' && event.function === 'callback' && event.service === 'rds-data')
      asked.resolve();
  });
  running.exchange.mailboxes.deliver(phone.email, { subject: 'Survivor', from: { name: 'Bob' } });
  await asked.promise;
  stop();
  expect(running.functions.kill('callback')).toBeGreaterThan(0);
  // The kill may have come before the fault was met: the repeated callback shall find Exchange well.
  running.faults.clear();
  await running.exchange.idle();
  await running.clock.advance(60_000);
  const pushes = await waitForNotifications(phone, 1);
  expect(at(pushes[0]?.payload, 'aps', 'alert', 'body')).toBe('Survivor');
});

function codeIn(answer: { readonly body: Parameters<typeof at>[0] }): unknown {
  return at(answer.body, 'code');
}
