import { afterEach, describe, expect, test } from '@jest/globals';
import { defaultModes } from '../../local/exchange/modes.ts';
import { type HandMessage, sendNotification } from '../support/send-notification.ts';
import { at, type Notification, useWorld } from '../support/world.ts';

/** What Exchange reports, kind by kind, through the whole service. */
const world = useWorld();

afterEach(() => {
  const { world: running } = world();
  running.faults.clear();
  Object.assign(running.exchange.modes, defaultModes());
});

const textOf = (push: Notification | undefined) => at(push?.payload, 'aps', 'alert', 'body');
const badgeOf = (push: Notification | undefined) => at(push?.payload, 'aps', 'badge');
const NEUTRAL = /new message/i;

async function registered() {
  const the = world();
  const { phone } = await the.registerPhone();
  const { mailboxes } = the.world.exchange;
  const inbox = mailboxes.folder(mailboxes.get(phone.email), 'inbox').id;
  const [subscription] = the.world.exchange.subscriptions(phone.email);
  const url = subscription?.url ?? '';
  return {
    ...the,
    phone,
    inbox,
    exchange: the.world.exchange,
    /** What is delivered here is not reported: a test reports it in its own words. */
    deliverUnreported(subject: string): string {
      the.world.exchange.holdCallbacks(phone.email);
      return mailboxes.deliver(phone.email, { subject, from: { name: 'Bob' } }).itemId;
    },
    /** Posts a callback to the newest URL as Exchange does; gives status and word of the answer. */
    async post(...messages: HandMessage[]) {
      const body = sendNotification(messages);
      const headers = { 'Content-Type': 'text/xml; charset=utf-8' };
      const response = await fetch(url, { method: 'POST', headers, body });
      return [response.status, /SubscriptionStatus>(\w+)</.exec(await response.text())?.[1]];
    },
  };
}

describe('what happens to a mail elsewhere', () => {
  test('reading, unreading, moving and both ways of deleting change the badge alone, each once', async () => {
    const { phone, exchange, deliverMail, waitForNotifications } = await registered();
    const ids = [];
    for (const subject of ['1', '2', '3', '4', '5']) ids.push(await deliverMail(phone.email, { subject }));
    const [read = '', moved = '', hard = '', soft = '', deleted = ''] = ids;
    const steps: readonly (readonly [() => unknown, number])[] = [
      [() => exchange.mailboxes.setRead(phone.email, read, true), 4],
      [() => exchange.mailboxes.setRead(phone.email, read, false), 5],
      [() => exchange.mailboxes.move(phone.email, moved, 'drafts'), 4],
      [() => exchange.mailboxes.delete(phone.email, hard, 'hard'), 3],
      [() => exchange.mailboxes.delete(phone.email, soft, 'soft'), 2],
      [() => exchange.mailboxes.delete(phone.email, deleted), 1],
    ];
    for (const [index, [act, badge]] of steps.entries()) {
      act();
      const push = (await waitForNotifications(phone, ids.length + index + 1)).at(-1);
      expect([index, badgeOf(push), at(push?.payload, 'ens', 'type')]).toEqual([index, badge, 'badge']);
      expect(at(push?.payload, 'aps', 'alert')).toBeUndefined();
      expect(push?.headers).toMatchObject({ 'apns-priority': '5', 'apns-expiration': '0' });
    }
    await exchange.idle();
    expect(await waitForNotifications(phone, 0)).toHaveLength(ids.length + steps.length);
  });

  test('a mail moved or copied into the Inbox counts, and is announced as new to nobody', async () => {
    const { phone, exchange, waitForNotifications } = await registered();
    const elsewhere = exchange.mailboxes.deliver(phone.email, { subject: 'old', folder: 'drafts' });
    const { itemId } = exchange.mailboxes.move(phone.email, elsewhere.itemId, 'inbox');
    const [moved] = await waitForNotifications(phone, 1);
    expect([badgeOf(moved), at(moved?.payload, 'aps', 'alert')]).toEqual([1, undefined]);
    exchange.mailboxes.copy(phone.email, itemId, 'inbox');
    const [, copied] = await waitForNotifications(phone, 2);
    expect([badgeOf(copied), at(copied?.payload, 'aps', 'alert')]).toEqual([2, undefined]);
  });

  test('several changes in one request are one badge, the newest', async () => {
    const { phone, exchange, deliverMail, waitForNotifications } = await registered();
    for (const subject of ['1', '2', '3']) await deliverMail(phone.email, { subject });
    const gone = await Promise.all([...exchange.mailboxes.get(phone.email).items.keys()]);
    // One at a time: what happens meanwhile waits, and comes in one request.
    const callbacks: string[] = [];
    const listen = ({ email, kind }: { email: string; kind: string }) => {
      if (email === phone.email) callbacks.push(kind);
    };
    exchange.events.on('callback', listen);
    for (const id of gone) exchange.mailboxes.setRead(phone.email, id, true);
    await exchange.idle();
    exchange.events.off('callback', listen);
    const pushes = (await waitForNotifications(phone, 4)).slice(3);
    expect(callbacks.length).toBeLessThan(3);
    expect(pushes.length).toBeLessThanOrEqual(callbacks.length);
    expect(badgeOf(pushes.at(-1))).toBe(0);
  });

  test('a count that a device shows already is not pushed again, nor is one at a device without badge', async () => {
    const the = await registered();
    const { phone } = await the.registerPhone({
      preferences: { content: 'subject-and-sender', badge: false, sound: true },
    });
    const itemId = await the.deliverMail(phone.email);
    expect(badgeOf((await the.waitForNotifications(phone, 1))[0])).toBeUndefined();
    the.exchange.mailboxes.setRead(phone.email, itemId, true);
    await the.exchange.idle();
    expect(the.notifications(phone)).toHaveLength(1);
    expect(the.exchange.subscriptions(phone.email)[0]?.eventTypes).toEqual(['NewMailEvent']);
  });
});

describe('one request', () => {
  test('with several messages and events announces each new item once, with the newest count', async () => {
    const {
      phone,
      inbox,
      post,
      deliverUnreported,
      waitForNotifications,
      world: running,
    } = await registered();
    const [one, two] = [deliverUnreported('one'), deliverUnreported('two')];
    const now = running.clock.now();
    const answer = await post(
      {
        events: [
          { type: 'CreatedEvent', item: one, folder: inbox, at: now },
          { type: 'NewMailEvent', item: one, folder: inbox, at: now },
          { type: 'ModifiedEvent', folder: inbox, unread: 1, at: now },
        ],
      },
      {
        events: [
          { type: 'NewMailEvent', item: two, folder: inbox, at: now + 1 },
          { type: 'ModifiedEvent', folder: inbox, unread: 2, at: now + 1 },
        ],
      },
    );
    expect(answer).toEqual([200, 'OK']);
    const pushes = await waitForNotifications(phone, 2);
    expect(pushes.map(textOf).toSorted()).toEqual(['one', 'two']);
    expect(pushes.map(badgeOf)).toEqual([2, 2]);
  });

  test.each(['CreatedEvent', 'CopiedEvent', 'FreeBusyChangedEvent', 'SomethingNewEvent', 'StatusEvent'])(
    'with a %s alone is answered OK and pushes nothing',
    async (type) => {
      const { phone, inbox, post, deliverUnreported, notifications } = await registered();
      const item = deliverUnreported('quiet');
      expect(await post({ events: [{ type, item, folder: inbox }] })).toEqual([200, 'OK']);
      expect(notifications(phone)).toEqual([]);
    },
  );

  test('with more than five new items announces five and then how many more there are', async () => {
    const { phone, inbox, post, deliverUnreported, waitForNotifications } = await registered();
    const items = Array.from({ length: 8 }, (_, index) => deliverUnreported(`mail ${index}`));
    await post({ events: items.map((item) => ({ type: 'NewMailEvent', item, folder: inbox })) });
    const texts = (await waitForNotifications(phone, 6)).map((push) => String(textOf(push)));
    expect(texts.filter((text) => text.startsWith('mail'))).toHaveLength(5);
    expect(texts.filter((text) => text.includes('3'))).not.toEqual([]);
  });

  test('after the other with MoreEvents between them leaves nothing out', async () => {
    const { phone, exchange, deliverMail, waitForNotifications } = await registered();
    exchange.modes.maxEventsPerPost = 1;
    const subjects = ['first', 'second', 'third'];
    for (const subject of subjects) exchange.mailboxes.deliver(phone.email, { subject });
    await exchange.idle();
    const pushes = await waitForNotifications(phone, 3);
    const alerts = pushes.filter((push) => at(push.payload, 'ens', 'type') === 'new-mail');
    expect(alerts.map(textOf)).toEqual(subjects);
    expect(badgeOf(pushes.at(-1))).toBe(3);
    exchange.modes.maxEventsPerPost = 100;
    await deliverMail(phone.email, { subject: 'last' });
    expect(exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active', queued: 0 }]);
  });

  test('without an unread count asks for it once', async () => {
    const { phone, exchange, deliverMail, callsDuring, waitForNotifications } = await registered();
    exchange.modes.unreadCountInEvents = false;
    const calls = await callsDuring(() => deliverMail(phone.email));
    const asked = calls.filter(({ service }) => service === 'ews').map(({ action }) => action);
    expect(asked).toEqual(['GetItem', 'GetFolder']);
    expect(badgeOf((await waitForNotifications(phone, 1))[0])).toBe(1);
  });

  test('that comes after a gap says "New message" where the unread count shows that mail was missed', async () => {
    const { phone, exchange, deliverMail, waitForNotifications } = await registered();
    await deliverMail(phone.email, { subject: 'seen' });
    exchange.loseEvents(phone.email);
    exchange.mailboxes.deliver(phone.email, { subject: 'never reported' });
    await deliverMail(phone.email, { subject: 'after the gap' });
    const texts = (await waitForNotifications(phone, 3)).map(textOf);
    expect(texts.slice(0, 2)).toEqual(['seen', 'after the gap']);
    expect(texts[2]).toMatch(NEUTRAL);
    expect(exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
  });

  test('that comes out of order, or twice, is no gap', async () => {
    const { phone, exchange, deliverMail, waitForNotifications } = await registered();
    await deliverMail(phone.email, { subject: '1' });
    await deliverMail(phone.email, { subject: '2' });
    await exchange.repeatCallback(phone.email, 1);
    await exchange.idle();
    await deliverMail(phone.email, { subject: '3' });
    const texts = (await waitForNotifications(phone, 4)).map(textOf);
    expect(texts.filter((text) => NEUTRAL.test(String(text)))).toEqual([]);
  });
});

test('characters that XML forbids in one subject hide neither it nor the other mails of the request', async () => {
  const { phone, inbox, post, deliverUnreported, waitForNotifications } = await registered();
  const items = [deliverUnreported('bad\u0000 \u001fbreak\uFFFFs'), deliverUnreported('fine')];
  await post({ events: items.map((item) => ({ type: 'NewMailEvent', item, folder: inbox })) });
  const texts = (await waitForNotifications(phone, 2)).map((push) => String(textOf(push)));
  expect(texts).toContain('fine');
  expect(texts.find((text) => text !== 'fine')).toMatch(/^bad.*breaks?/);
});

test.each([
  [
    'Exchange with ids compressed, without change keys, gzip, a byte order mark',
    {
      compressedIds: { events: true, answers: false },
      withoutChangeKeys: true,
      gzip: true,
      byteOrderMark: true,
    },
  ],
  ['ids compressed the other way round', { compressedIds: { events: false, answers: true } }],
  ['WorkMail', { dialect: 'workmail' }],
  ['default namespaces', { dialect: 'default-namespace' }],
] as const)('the dialect of %s is understood from the registration to the push', async (_what, modes) => {
  const the = world();
  Object.assign(the.world.exchange.modes, modes);
  const { phone } = await the.registerPhone();
  await the.world.exchange.heartbeat(phone.email);
  await the.deliverMail(phone.email, { name: 'Bob', subject: 'Grüße 📬' });
  const [push] = await the.waitForNotifications(phone, 1);
  expect([at(push?.payload, 'aps', 'alert', 'title'), textOf(push)]).toEqual(['Bob', 'Grüße 📬']);
  expect(the.world.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
});

test('the first heartbeat may overtake the answer to Subscribe', async () => {
  const the = world();
  the.world.exchange.modes.firstStatus = 'before-answer';
  const { phone, answer } = await the.registerPhone();
  expect(answer.status).toBe(201);
  await the.deliverMail(phone.email, { subject: 'after it' });
  expect((await the.waitForNotifications(phone, 1)).map(textOf)).toEqual(['after it']);
  expect(the.world.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
});
