import { expect, test } from '@jest/globals';
import { ALERTS } from '#domain/model/limits.ts';
import { callbackWorld } from '../../support/callback-world.ts';

test('the first mails beyond the limit are told together, without asking Exchange', async () => {
  const { call, events, newMail, unread, server, store, push } = callbackWorld();
  store({ alerts: ALERTS.limit + 1 });
  events(...newMail('a', 'b', 'c'), unread(9));
  await expect(call()).resolves.toBe('ok');
  expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 3, badge: 9 }]);
  expect(server.asked).toEqual([]);
});

test('those after them are silent, and owed to the phones', async () => {
  const { call, events, newMail, afterGap, server, store, push, written, recorded } = callbackWorld();
  store({ alerts: ALERTS.limit + 2 });
  events(...newMail('a'));
  await expect(call()).resolves.toBe('ok');
  afterGap({ type: 'status', watermark: 'w9' });
  await expect(call()).resolves.toBe('ok');
  expect(push.sent).toEqual([]);
  expect(server.asked).toEqual([]);
  expect(written()).toMatchObject({ owed: true });
  expect(recorded.count('AlertsHeldBack')).toBe(1);
});

test('the limit itself is still told by name', async () => {
  const { call, events, newMail, unread, store, push } = callbackWorld();
  store({ alerts: ALERTS.limit });
  events(...newMail('a'), unread(1));
  await call();
  expect(push.pushes()).toMatchObject([{ subject: 'Subject of a' }]);
});

test('a mail while another request uses the credentials is announced neutrally', async () => {
  const { call, events, newMail, unread, server, store, push, recorded } = callbackWorld();
  store({ claim: 'in-use' });
  events(...newMail('a'), unread(1));
  await expect(call()).resolves.toBe('ok');
  expect(server.asked).toEqual([]);
  expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
  expect(recorded.fieldsOf('announced-without-content')).toMatchObject([{ why: 'in-use' }]);
});

test('a mail that finds the credentials in use waits for them a little, and gives them back', async () => {
  const { call, events, newMail, unread, store, world, timer, push, written } = callbackWorld();
  store({ claim: 'in-use' });
  world.freeAfter = 2;
  events(...newMail('a'), unread(1));
  await expect(call()).resolves.toBe('ok');
  expect(timer.waitedMs).toHaveLength(2);
  expect(push.pushes()).toMatchObject([{ subject: 'Subject of a' }]);
  expect(written().released).toBe(world.claims.at(-1)?.claim.by);
});

test('a request that claimed the credentials gives them back, and one in order writes nothing', async () => {
  const { call, events, newMail, unread, store, world, written } = callbackWorld();
  events(...newMail('a'), unread(1));
  await call();
  expect(world.aftermath).toEqual([]);
  store({ claim: 'held' });
  await call();
  expect(written().released).toBe(world.sightings.at(-1)?.claim.by);
});
