import { describe, expect, test } from '@jest/globals';
import { callbackWorld, INBOX } from '../../support/callback-world.ts';

const FOUND = {
  ok: true,
  ewsUrl: 'https://mail2.example.com/EWS/Exchange.asmx',
  verdicts: [],
  failedSignIns: 0,
} as const;

describe('a lost event queue', () => {
  test('is subscribed again now, and the old subscription ends', async () => {
    const { call, pushedError, server, world, push } = callbackWorld();
    pushedError('subscribe-again');
    await expect(call()).resolves.toBe('unsubscribe');
    expect(server.subscribed).toHaveLength(1);
    expect(world.activated).toEqual(world.renewals);
    expect(push.sent).toHaveLength(0);
  });

  test('announces neutrally where the unread count rose', async () => {
    const { call, pushedError, server, push, written } = callbackWorld();
    server.inbox = { folderId: INBOX, unreadCount: 5 };
    pushedError('subscribe-again');
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
    expect(written().unread?.count).toBe(5);
  });

  test('is lost only if subscribing again failed', async () => {
    const { call, pushedError, server, written, recorded } = callbackWorld();
    server.fail('subscribe', { kind: 'timeout' }, { kind: 'timeout' });
    pushedError('subscribe-again');
    await expect(call()).resolves.toBe('unsubscribe');
    expect(written().lost).toBe(true);
    expect(recorded.count('SubscriptionLost')).toBe(1);
  });
});

describe('a mailbox that moved', () => {
  test('is discovered, subscribed there, and its mail announced from there', async () => {
    const { call, events, newMail, unread, server, push, world } = callbackWorld();
    server.fail('mails', { kind: 'moved' });
    server.discovery = FOUND;
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(server.opened.map(({ ewsUrl }) => ewsUrl)).toContain(FOUND.ewsUrl);
    expect(server.closed).toBe(server.opened.length);
    expect(world.activatedHosts).toEqual(['mail2.example.com']);
    expect(world.forgotten).toEqual(['example.com']);
    expect(push.pushes()).toMatchObject([{ subject: 'Subject of a' }]);
  });

  test('is asked for its unread count at its new server too, subscribed there once', async () => {
    const { call, events, newMail, server, push } = callbackWorld();
    server.fail('mails', { kind: 'moved' });
    server.discovery = FOUND;
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['mails', 'discover', 'inbox', 'subscribe', 'mails', 'inbox']);
    expect(server.opened).toHaveLength(2);
    expect(push.pushes()).toMatchObject([{ subject: 'Subject of a', badge: 3 }]);
  });

  test('is not followed to a server that shows another Inbox', async () => {
    const { call, events, newMail, unread, server, push, world } = callbackWorld();
    server.fail('mails', { kind: 'not-found' });
    server.discovery = FOUND;
    server.inbox = { folderId: 'inbox-of-eve', unreadCount: 1 };
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(world.activated).toEqual([]);
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
    expect(push.pushes()[0]).not.toHaveProperty('subject');
  });

  test('is announced neutrally while nothing tells where it went', async () => {
    const { call, events, newMail, unread, server, push } = callbackWorld();
    server.fail('mails', { kind: 'not-found' });
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(push.sent).toHaveLength(1);
  });
});

describe('a gap', () => {
  test.each(['w1', 'w0'])(
    'is none where the previous watermark is %s, known or the one before',
    async (previousWatermark) => {
      const { call, messages, server, recorded } = callbackWorld();
      messages({ kind: 'events', previousWatermark, moreEvents: false, events: [{ type: 'status' }] });
      await call();
      expect(recorded.count('SubscriptionGap')).toBe(0);
      expect(server.asked).toEqual([]);
    },
  );

  test('announces neutrally where the unread count rose meanwhile', async () => {
    const { call, messages, server, push } = callbackWorld();
    server.inbox = { folderId: INBOX, unreadCount: 4 };
    messages({
      kind: 'events',
      previousWatermark: 'unseen',
      moreEvents: false,
      events: [{ type: 'status' }],
    });
    await expect(call()).resolves.toBe('ok');
    expect(push.sent).toHaveLength(1);
  });

  test('is silent where it did not', async () => {
    const { call, messages, push } = callbackWorld();
    messages({
      kind: 'events',
      previousWatermark: 'unseen',
      moreEvents: false,
      events: [{ type: 'status' }],
    });
    await expect(call()).resolves.toBe('ok');
    expect(push.sent).toHaveLength(0);
  });
});

test('a busy server pushes an error and keeps its subscription', async () => {
  const { call, pushedError, server } = callbackWorld();
  pushedError('wait');
  await expect(call()).resolves.toBe('ok');
  expect(server.asked).toEqual([]);
});
