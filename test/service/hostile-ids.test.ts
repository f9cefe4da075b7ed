import { expect, test } from '@jest/globals';
import { ewsFixture } from '../support/ews-fixtures.ts';
import { sendNotification } from '../support/send-notification.ts';
import { at, useWorld } from '../support/world.ts';

const world = useWorld();

const HOSTILE = ewsFixture('ids-that-end-the-attribute.txt').toString().trim().split('\n');

test('a callback whose ids hold markup makes Exchange run no operation but the GetItem of the mail in it', async () => {
  const the = world();
  const { phone } = await the.registerPhone();
  const { exchange } = the.world;
  const folder = exchange.mailboxes.folder(exchange.mailboxes.get(phone.email), 'inbox').id;
  const [subscription] = exchange.subscriptions(phone.email);
  exchange.holdCallbacks(phone.email);
  const { itemId } = exchange.mailboxes.deliver(phone.email, { subject: 'Mine', from: { name: 'Bob' } });
  const events = [...HOSTILE, itemId].map((item) => ({ type: 'NewMailEvent', item, folder }));
  const calls = await the.callsDuring(() =>
    fetch(subscription?.url ?? '', {
      method: 'POST',
      headers: { 'Content-Type': 'text/xml; charset=utf-8' },
      body: sendNotification([{ events: [...events, { type: 'ModifiedEvent', folder, unread: 1 }] }]),
    }),
  );
  expect(calls.filter(({ service }) => service === 'ews').map(({ action }) => action)).toEqual(['GetItem']);
  // The mail by name, four of the others neutrally, and then how many more there are.
  const pushes = await the.waitForNotifications(phone, 6);
  const texts = pushes.map(({ payload }) => at(payload, 'aps', 'alert', 'body')).sort();
  expect(texts).toEqual(['4 new messages', 'Mine', ...Array<string>(4).fill('New message')]);
  expect(pushes.map(({ payload }) => at(payload, 'ens', 'item')).filter(Boolean)).toEqual([itemId]);
});
