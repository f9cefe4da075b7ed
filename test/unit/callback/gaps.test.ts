import { describe, expect, test } from '@jest/globals';
import { callbackWorld, device, INBOX } from '../../support/callback-world.ts';

/** A heartbeat behind a gap, and so many unread mails. */
function heartbeatAfterGap(unreadCount: number) {
  const the = callbackWorld();
  the.server.inbox = { folderId: INBOX, unreadCount };
  the.afterGap({ type: 'status' });
  return the;
}

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

  test('announces neutrally where the unread count rose meanwhile, and is silent where it did not', async () => {
    for (const [unreadCount, pushes] of [
      [4, 1],
      [3, 0],
    ] as const) {
      const { call, push } = heartbeatAfterGap(unreadCount);
      await expect(call()).resolves.toBe('ok');
      expect(push.sent).toHaveLength(pushes);
    }
  });

  test.each([
    ['no device shows a badge, so that the stored count is old', 'mail', 100],
    ['no count is stored', 'mail-and-badge', undefined],
  ] as const)('announces neutrally where mail is unread and %s', async (_why, wantedEvents, unread) => {
    const { call, afterGap, newMail, server, push, store, world } = heartbeatAfterGap(1);
    const preferences = { content: 'none', badge: wantedEvents !== 'mail', sound: false } as const;
    if (world.view === undefined) throw new Error('no view');
    store({
      wantedEvents,
      devices: [device(1, { preferences })],
      mailbox: { ...world.view.mailbox, unread },
    });
    const announced = () => push.pushes().filter(({ type }) => type === 'new-mail');
    await expect(call()).resolves.toBe('ok');
    expect(announced()).toHaveLength(1);
    server.inbox = { folderId: INBOX, unreadCount: 0 };
    await call();
    expect(announced()).toHaveLength(1);
    // The one that is unread is the one that was announced.
    afterGap(...newMail('a'));
    server.inbox = { folderId: INBOX, unreadCount: 1 };
    await call();
    expect(announced().slice(1)).toMatchObject([{ itemId: 'a' }]);
  });

  test.each([
    ['a moment ago, serves as what was unread before', 60_000, 0],
    ['too long ago, does not', 6 * 60_000, 1],
  ] as const)('without badges: the count that was asked for %s', async (_when, agoMs, pushes) => {
    const { call, push, store, world, clock } = heartbeatAfterGap(3);
    if (world.view === undefined) throw new Error('no view');
    const preferences = { content: 'none', badge: false, sound: false } as const;
    const mailbox = { ...world.view.mailbox, unread: 3, unreadAt: clock.now() - agoMs };
    store({ wantedEvents: 'mail', devices: [device(1, { preferences })], mailbox });
    await expect(call()).resolves.toBe('ok');
    expect(push.sent).toHaveLength(pushes);
  });

  test.each([
    ['fell', 1, { type: 'badge', badge: 1 }],
    ['rose', 4, { type: 'new-mail', count: 1, badge: 4 }],
  ] as const)(
    'shows the count that was asked for, which %s: no later request would',
    async (_how, count, shown) => {
      const { call, push } = heartbeatAfterGap(count);
      await expect(call()).resolves.toBe('ok');
      expect(push.pushes()).toMatchObject([shown]);
    },
  );

  test('takes no mail for announced that was gone already', async () => {
    const { call, afterGap, newMail, push, server } = heartbeatAfterGap(4);
    server.mails = (ids) => ids.map((itemId) => ({ kind: 'gone', itemId }));
    afterGap(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'badge' }, { type: 'new-mail', count: 1 }]);
  });
});

describe('a gap that no later request shows again', () => {
  test('is announced neutrally where nobody can tell the count', async () => {
    const { call, push, server } = heartbeatAfterGap(3);
    server.fail('inbox', { kind: 'timeout' });
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
  });

  test('is announced neutrally where KMS is away, and owed where not even that arrives', async () => {
    const { call, push, crypto, written } = heartbeatAfterGap(3);
    crypto.kms = 'down';
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
    push.always = { kind: 'later', code: 'InternalError' };
    await expect(call()).resolves.toBe('ok');
    expect(written().owed).toBe(true);
  });

  test('is announced neutrally where the time is over before the count is told', async () => {
    const { call, push, server, timer } = heartbeatAfterGap(3);
    server.held = { question: 'inbox', until: Promise.withResolvers<void>().promise };
    timer.runsOut = 1;
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
  });

  test.each(['kms', 'push'] as const)(
    'is owed while a mail that came with it is asked for again because the %s is away',
    async (away) => {
      const { call, afterGap, newMail, unread, crypto, push, written } = callbackWorld();
      if (away === 'kms') crypto.kms = 'down';
      else push.always = { kind: 'later', code: 'InternalError' };
      afterGap(...newMail('a'), unread(5));
      await expect(call()).resolves.toBe('try-again');
      expect(written().owed).toBe(true);
    },
  );
});
