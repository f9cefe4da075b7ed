import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { at, useWorld } from '../support/world.ts';

const world = useWorld();

/** POSTs to a callback URL as Exchange does; returns status and the answer's word. */
async function post(url: string, body: string, contentType = 'text/xml; charset=utf-8') {
  const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': contentType }, body });
  const text = await response.text();
  return [response.status, /SubscriptionStatus>(\w+)</.exec(text)?.[1] ?? text] as const;
}

async function registered() {
  const the = world();
  const { phone, registrationId } = await the.registerPhone();
  const [subscription] = the.world.exchange.subscriptions(phone.email);
  if (subscription === undefined) throw new Error('registering made no subscription');
  return { ...the, phone, registrationId, url: subscription.url };
}

test.each([
  ['is no XML', 'this is not XML'],
  ['is not a notification', '<a/>'],
  ['carries a DOCTYPE', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['is larger than 1 MB', `<a>${' '.repeat(1_100_000)}</a>`],
])('a body that %s is answered OK, announced once an hour and loses no subscription', async (_what, body) => {
  const { url, phone, waitForNotifications, notifications, deliverMail } = await registered();
  expect(await post(url, body)).toEqual([200, 'OK']);
  expect(await post(url, body)).toEqual([200, 'OK']);
  const [neutral] = await waitForNotifications(phone, 1);
  expect(at(neutral?.payload, 'aps', 'alert', 'body')).toMatch(/new message/i);
  expect(notifications(phone)).toHaveLength(1);
  await deliverMail(phone.email, { subject: 'still here' });
  const [, mail] = await waitForNotifications(phone, 2);
  expect(at(mail?.payload, 'aps', 'alert', 'body')).toBe('still here');
});

test('a made-up id costs no database call and is forbidden', async () => {
  const { url, callsDuring } = await registered();
  const segments = url.split('/');
  const sealed = segments.at(-1) ?? '';
  const base = segments.slice(0, -2).join('/');
  const answers: unknown[] = [];
  const calls = await callsDuring(async () => {
    for (const id of [randomUUID(), `${randomUUID()}.AAAAAAAAAAAAAAAAAAAAAA`, 'x']) {
      answers.push(await post(`${base}/${id}/${sealed}`, '<a/>'));
    }
  });
  expect(answers).toEqual([
    [403, ''],
    [403, ''],
    [403, ''],
  ]);
  expect(calls.filter(({ service }) => service === 'rds-data')).toEqual([]);
});

test('a changed segment is forbidden, and the true one works on', async () => {
  const { url, phone, deliverMail, waitForNotifications } = await registered();
  const changed = url.endsWith('A') ? `${url.slice(0, -1)}B` : `${url.slice(0, -1)}A`;
  expect(await post(changed, '<a/>')).toEqual([403, '']);
  expect(await post(`${url}=`, '<a/>')).toEqual([403, '']);
  await deliverMail(phone.email);
  expect(await waitForNotifications(phone, 1)).toHaveLength(1);
});

test('a subscription that nobody knows any more is told to end', async () => {
  const { url, registrationId, client } = await registered();
  const heartbeat = await readFile(new URL('../fixtures/service/heartbeat.xml', import.meta.url), 'utf8');
  expect((await client.call('DELETE', `/register/${registrationId}`)).status).toBe(204);
  expect(await post(url, heartbeat)).toEqual([200, 'Unsubscribe']);
});

test('the same callback again shows as the same notification', async () => {
  const { phone, deliverMail, waitForNotifications, world: running } = await registered();
  await deliverMail(phone.email);
  await waitForNotifications(phone, 1);
  await running.exchange.repeatCallback(phone.email);
  await running.exchange.idle();
  const ids = (await waitForNotifications(phone, 1)).map(({ headers }) => headers['apns-collapse-id']);
  expect(new Set(ids).size).toBe(1);
});

test('a mail that is gone when we ask for it is not announced', async () => {
  const { phone, notifications, world: running } = await registered();
  running.exchange.holdCallbacks(phone.email);
  const { itemId } = running.exchange.mailboxes.deliver(phone.email, { subject: 'short life' });
  running.exchange.mailboxes.delete(phone.email, itemId, 'hard');
  running.exchange.releaseCallbacks(phone.email);
  await running.exchange.idle();
  expect(notifications(phone).filter(({ payload }) => at(payload, 'ens', 'type') === 'new-mail')).toEqual([]);
});

test('what happens in a folder below the Inbox leaves the badge and the stored count alone', async () => {
  const { phone, registrationId, deliverMail, notifications, rows, world: running } = await registered();
  await deliverMail(phone.email);
  for (const subject of ['1', '2', '3'])
    running.exchange.mailboxes.deliver(phone.email, { subject, folder: 'inbox/projects' });
  await running.exchange.idle();
  expect(notifications(phone).map(({ payload }) => at(payload, 'aps', 'badge'))).toEqual([1]);
  const device = (await rows('devices')).find(({ id }) => id === registrationId);
  const mailbox = (await rows('mailboxes')).find(({ id }) => id === device?.mailbox_id);
  expect(mailbox?.unread).toBe(1);
});

test('while Exchange is busy the mail is announced without its text', async () => {
  const { phone, waitForNotifications, world: running } = await registered();
  running.faults.add({ service: 'ews', action: 'GetItem', error: 'ErrorServerBusy', times: 10 });
  running.exchange.mailboxes.deliver(phone.email, { subject: 'hidden' });
  const [push] = await waitForNotifications(phone, 1);
  await running.exchange.idle();
  running.faults.clear();
  expect(at(push?.payload, 'aps', 'alert', 'body')).toMatch(/new message/i);
  expect(running.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
});

test('one refused sign-in is no proof; a second one 15 minutes later ends with "sign in again", once', async () => {
  const {
    phone,
    client,
    registrationId,
    waitForNotifications,
    deliverMail,
    world: running,
  } = await registered();
  running.exchange.changePassword(phone.email, 'changed');
  await deliverMail(phone.email);
  expect(at((await waitForNotifications(phone, 1)).at(-1)?.payload, 'ens', 'type')).toBe('new-mail');
  const failedOnce = running.exchange.failedLogons(phone.email);
  await deliverMail(phone.email);
  await waitForNotifications(phone, 2);
  expect(running.exchange.failedLogons(phone.email)).toBe(failedOnce);
  await running.clock.advance(15 * 60_000 + 1_000);
  await deliverMail(phone.email);
  const pushes = await waitForNotifications(phone, 3);
  expect(at(pushes.at(-1)?.payload, 'ens', 'type')).toBe('sign-in');
  expect(running.exchange.subscriptions(phone.email)).toMatchObject([{ ended: 'unsubscribed' }]);
  expect(at((await client.call('GET', `/register/${registrationId}`)).body, 'status')).toBe(
    'credentials-rejected',
  );
});

test('while SNS is away Exchange is asked to try again, and the mail arrives then', async () => {
  const { phone, waitForNotifications, world: running, deliverMail } = await registered();
  running.faults.add({ service: 'sns', action: 'Publish', error: 'InternalError', times: 12 });
  await deliverMail(phone.email, { subject: 'patience' });
  running.faults.clear();
  expect(running.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'retrying' }]);
  await running.clock.advance(31_000);
  const [push] = await waitForNotifications(phone, 1);
  expect(at(push?.payload, 'aps', 'alert', 'body')).toBe('patience');
  expect(running.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
});

test('while the database is away a heartbeat is answered OK and a mail is tried again', async () => {
  const { phone, waitForNotifications, world: running, deliverMail } = await registered();
  running.faults.add({ service: 'rds-data', error: 'DatabaseUnavailableException', times: 100 });
  await running.exchange.heartbeat(phone.email);
  expect(running.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
  await deliverMail(phone.email, { subject: 'later' });
  running.faults.clear();
  await running.clock.advance(31_000);
  const [push] = await waitForNotifications(phone, 1);
  expect(at(push?.payload, 'aps', 'alert', 'body')).toBe('later');
});
