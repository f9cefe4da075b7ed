import { describe, expect, test } from '@jest/globals';
import type { MailLookup } from '#domain/model/mail.ts';
import type { MailboxEvent } from '#domain/model/mailbox-event.ts';
import { callbackWorld, device, INBOX, mail } from '../../support/callback-world.ts';

describe('read, moved or deleted elsewhere', () => {
  test('updates the badge once per device, whatever the number of events', async () => {
    const { call, events, unread, push, server, store } = callbackWorld();
    store({ devices: [device(1, { unreadElsewhere: 2 }), device(2)] });
    events(
      { type: 'modified', target: { kind: 'item', id: 'a' } },
      unread(2),
      { type: 'modified', target: { kind: 'item', id: 'b' } },
      unread(1),
    );
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toEqual([
      { type: 'badge', badge: 3 },
      { type: 'badge', badge: 1 },
    ]);
    expect(server.asked).toEqual([]);
  });

  test('takes no other folder’s count for the Inbox’s', async () => {
    const { call, events, unread, push, clock, server } = callbackWorld();
    const below: MailboxEvent = {
      type: 'modified',
      at: clock.now(),
      target: { kind: 'folder', id: 'folder-below-the-inbox' },
      parentFolderId: INBOX,
      unreadCount: 70,
    };
    events(unread(1), below);
    await call();
    expect(push.pushes()).toEqual([{ type: 'badge', badge: 1 }]);
    expect(server.asked).toEqual([]);
  });

  test('sends nothing where the count is the one that is shown', async () => {
    const { call, events, unread, push } = callbackWorld();
    events(unread(3));
    await call();
    expect(push.sent).toHaveLength(0);
  });

  test('sends nothing for an older state than the one that is shown', async () => {
    const { call, events, clock, push } = callbackWorld();
    events({
      type: 'modified',
      at: clock.now() - 700_000,
      target: { kind: 'folder', id: INBOX },
      unreadCount: 1,
    });
    await call();
    expect(push.sent).toHaveLength(0);
  });

  test('asks for the count where the events bring none', async () => {
    const { call, events, push, server } = callbackWorld();
    server.inbox = { folderId: INBOX, unreadCount: 1 };
    events({ type: 'moved', target: { kind: 'item', id: 'new' }, oldId: 'old' });
    await call();
    expect(server.asked).toEqual(['inbox']);
    expect(push.pushes()).toEqual([{ type: 'badge', badge: 1 }]);
  });

  test('shows nothing of an Inbox that is somebody else’s, and alarms', async () => {
    const { call, events, push, server, written, recorded, store, clock } = callbackWorld();
    store({ suspectSince: clock.now() - 600_000 });
    server.inbox = { folderId: 'inbox-of-eve', unreadCount: 99 };
    events({ type: 'moved', target: { kind: 'item', id: 'new' }, oldId: 'old' });
    await expect(call()).resolves.toBe('ok');
    expect(push.sent).toEqual([]);
    expect(written()).toEqual({});
    expect(recorded.count('OwnerMismatch')).toBe(1);
  });

  test.each([
    ['gone', (id: string): MailLookup => ({ kind: 'gone', itemId: id })],
    ['a receipt', (id: string): MailLookup => ({ kind: 'mail', mail: mail(id, { kind: 'receipt' }) })],
    ['a mail that is read', (id: string): MailLookup => ({ kind: 'mail', mail: mail(id, { isRead: true }) })],
    ['a draft', (id: string): MailLookup => ({ kind: 'mail', mail: mail(id, { isDraft: true }) })],
  ] as const)('is shown as well where the new item of the request is %s', async (_what, lookup) => {
    const { call, events, newMail, unread, push, server } = callbackWorld();
    server.mails = (ids) => ids.map(lookup);
    events(...newMail('a'), unread(4));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toEqual([{ type: 'badge', badge: 4 }]);
    expect(server.asked).toEqual(['mails']);
  });

  test('is asked for where such a request brings no count', async () => {
    const { call, events, newMail, push, server } = callbackWorld();
    server.mails = (ids) => ids.map((itemId) => ({ kind: 'gone', itemId }));
    server.inbox = { folderId: INBOX, unreadCount: 2 };
    events(...newMail('a'));
    await call();
    expect(server.asked).toEqual(['mails', 'inbox']);
    expect(push.pushes()).toEqual([{ type: 'badge', badge: 2 }]);
  });

  test('waits for the rest where more events follow', async () => {
    const { call, messages, push, server } = callbackWorld();
    messages({
      kind: 'events',
      previousWatermark: 'w1',
      moreEvents: true,
      events: [{ type: 'deleted', target: { kind: 'item', id: 'a' } }],
    });
    await call();
    expect(server.asked).toEqual([]);
    expect(push.sent).toHaveLength(0);
  });

  test('a badge that cannot be sent makes nothing come again', async () => {
    const { call, events, unread, push } = callbackWorld();
    push.always = { kind: 'later', code: 'InternalError' };
    events(unread(1));
    await expect(call()).resolves.toBe('ok');
  });
});
