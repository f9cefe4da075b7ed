import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { callbackWorld } from '../../support/callback-world.ts';

/** While a mailbox has several subscriptions at Exchange, a mail rings once. */
const key = (item: string) => createHash('sha256').update(item).digest('base64url');

test('a mail that another subscription of the mailbox announces is not announced again', async () => {
  const { call, events, newMail, store, push, world } = callbackWorld();
  events(...newMail('a', 'b'));
  store({ announcedElsewhere: [key('a')] });
  expect(await call()).toBe('ok');
  expect(world.sightings[0]?.itemKeys).toEqual([key('a'), key('b')]);
  expect(push.pushes()).toMatchObject([{ itemId: 'b' }]);
});

test('a request whose mails are all announced elsewhere asks Exchange nothing and rings nowhere', async () => {
  const { call, events, newMail, store, push, server } = callbackWorld();
  events(...newMail('a'));
  store({ announcedElsewhere: [key('a')] });
  expect(await call()).toBe('ok');
  expect([push.sent, server.asked]).toEqual([[], []]);
});

test('a superseded subscription ends as well where its mail is announced elsewhere', async () => {
  const { call, events, newMail, store, push, clock } = callbackWorld();
  events(...newMail('a'));
  store({ announcedElsewhere: [key('a')], state: 'superseded', supersededAt: clock.now() });
  expect(await call()).toBe('unsubscribe');
  expect(push.sent).toEqual([]);
});
