import { describe, expect, test } from '@jest/globals';
import { callbackWorld, device, INBOX, mail } from '../../support/callback-world.ts';

describe('new mail', () => {
  test('is announced with sender, subject and badge, asking Exchange once and writing nothing more', async () => {
    const { call, events, newMail, unread, server, push, world } = callbackWorld();
    events(...newMail('a'), unread(4));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([
      { type: 'new-mail', sender: 'Bob Builder', subject: 'Subject of a', badge: 4, itemId: 'a' },
    ]);
    expect(server.asked).toEqual(['mails']);
    expect(world.aftermath).toHaveLength(0);
    expect(server.closed).toBe(1);
  });

  test('asks for the unread count only where the request does not bring one', async () => {
    const { call, events, newMail, server, push, written } = callbackWorld();
    events(...newMail('a'));
    await call();
    expect(server.asked).toEqual(['mails', 'inbox']);
    expect(push.pushes()).toMatchObject([{ badge: 3 }]);
    expect(written().unread?.count).toBe(3);
  });

  test('asks for no count where no device shows a badge', async () => {
    const { call, events, newMail, server, store } = callbackWorld();
    store({
      devices: [device(1, { preferences: { content: 'none', badge: false, sound: false } })],
      wantedEvents: 'mail',
    });
    events(...newMail('a'));
    await call();
    expect(server.asked).toEqual(['mails']);
  });

  test('goes to every device of the mailbox as each may see it', async () => {
    const { call, events, newMail, unread, push, store, server } = callbackWorld();
    store({
      devices: [
        device(1),
        device(2, { preferences: { content: 'sender', badge: true, sound: true }, unreadElsewhere: 5 }),
        device(3, { endpointEnabled: false }),
      ],
    });
    events(...newMail('a'), unread(1));
    await call();
    expect(push.pushes()).toMatchObject([
      { sender: 'Bob Builder', subject: 'Subject of a', badge: 1 },
      { sender: 'Bob Builder', badge: 6 },
    ]);
    expect(push.pushes()[1]).not.toHaveProperty('subject');
    expect(server.asked).toEqual(['mails']);
  });

  test('several events for one item make one notification', async () => {
    const { call, events, newMail, unread, push } = callbackWorld();
    events(...newMail('a'), ...newMail('a'), unread(1));
    await call();
    expect(push.sent).toHaveLength(1);
  });

  test('the same callback again has the same collapse key', async () => {
    const { call, events, newMail, unread, push } = callbackWorld();
    events(...newMail('a'), unread(1));
    await call();
    await call();
    const keys = push.pushes().map((one) => (one.type === 'new-mail' ? one.collapseKey : ''));
    expect(new Set(keys).size).toBe(1);
  });

  test('more than five at once are five and then one count', async () => {
    const { call, events, newMail, unread, push } = callbackWorld();
    events(...newMail('a', 'b', 'c', 'd', 'e', 'f', 'g'), unread(7));
    await call();
    expect(push.pushes().map((one) => (one.type === 'new-mail' ? one.count : 0))).toEqual([1, 1, 1, 1, 1, 2]);
  });

  test('an item that is already gone is not announced', async () => {
    const { call, events, newMail, unread, push, server } = callbackWorld();
    server.mails = ([first = '', second = '']) => [
      { kind: 'gone', itemId: first },
      { kind: 'mail', mail: mail(second) },
    ];
    events(...newMail('a', 'b'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ subject: 'Subject of b' }]);
  });

  test('an item outside this Inbox is announced neutrally and alarms', async () => {
    const { call, events, newMail, unread, push, server, recorded } = callbackWorld();
    server.mails = ([id = '']) => [
      { kind: 'mail', mail: mail(id, { parentFolderId: 'inbox-of-eve', subject: 'Eve only' }) },
    ];
    server.inbox = { folderId: 'inbox-of-eve', unreadCount: 1 };
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(push.sent).toHaveLength(1);
    expect(JSON.stringify(push.sent)).not.toContain('Eve only');
    expect(JSON.stringify(push.sent)).not.toContain('Bob');
    expect(recorded.count('OwnerMismatch')).toBe(1);
  });

  test('an answer about another item is announced neutrally and alarms', async () => {
    const { call, events, newMail, unread, push, server, recorded } = callbackWorld();
    server.mails = ([itemId = '']) => [{ kind: 'foreign', itemId }];
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', itemId: 'a' }]);
    expect(push.pushes()[0]).not.toHaveProperty('sender');
    expect(recorded.count('OwnerMismatch')).toBe(1);
  });

  test('a mail that a rule moved to another folder is announced neutrally, without an alarm', async () => {
    const { call, events, newMail, unread, push, server, recorded } = callbackWorld();
    server.mails = (ids) =>
      ids.map((id) => ({
        kind: 'mail',
        mail: mail(id, { parentFolderId: id === 'a' ? 'Projects' : INBOX, subject: `In ${id}` }),
      }));
    events(...newMail('a', 'b'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['mails', 'inbox']);
    expect(push.pushes()).toMatchObject([{ itemId: 'a' }, { itemId: 'b', subject: 'In b' }]);
    expect(push.pushes()[0]).not.toHaveProperty('subject');
    expect(recorded.count('OwnerMismatch')).toBe(0);
  });

  test('a mail in another folder alarms where the Inbox cannot be asked for', async () => {
    const { call, events, newMail, unread, push, server, recorded } = callbackWorld();
    server.mails = ([id = '']) => [{ kind: 'mail', mail: mail(id, { parentFolderId: 'Projects' }) }];
    server.fail('inbox', { kind: 'timeout' });
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()[0]).not.toHaveProperty('subject');
    expect(recorded.count('OwnerMismatch')).toBe(1);
  });

  test('a mail of which the server does not name the folder is announced neutrally, without an alarm', async () => {
    const { call, events, newMail, unread, push, server, recorded } = callbackWorld();
    server.mails = ([id = '']) => [{ kind: 'mail', mail: mail(id, { parentFolderId: undefined }) }];
    events(...newMail('a'), unread(1));
    await call();
    expect(JSON.stringify(push.sent)).not.toContain('Subject');
    expect(server.asked).toEqual(['mails']);
    expect(recorded.count('OwnerMismatch')).toBe(0);
  });

  test.each([
    ['a read receipt', { kind: 'receipt' }],
    ['a mail that is read already', { isRead: true }],
    ['a draft', { isDraft: true }],
  ] as const)('%s shows nothing but its badge', async (_what, changes) => {
    const { call, events, newMail, unread, push, server } = callbackWorld();
    server.mails = ([id = '']) => [{ kind: 'mail', mail: mail(id, changes) }];
    events(...newMail('a'), unread(1));
    await call();
    expect(push.pushes()).toEqual([{ type: 'badge', badge: 1 }]);
  });

  test.each([
    [{ kind: 'timeout' }],
    [{ kind: 'busy', retryAfterMs: 100 }],
    [{ kind: 'unreachable', detail: 'ECONNREFUSED' }],
    [{ kind: 'failed', code: 'ErrorInternalServerError' }],
  ] as const)('is announced neutrally when Exchange fails with %j', async (failure) => {
    const { call, events, newMail, unread, push, server, world } = callbackWorld();
    server.fail('mails', failure);
    events(...newMail('a'), unread(9));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1, badge: 9 }]);
    expect(push.pushes()[0]).not.toHaveProperty('sender');
    expect(world.aftermath).toHaveLength(0);
  });

  test.each([
    [{ kind: 'forbidden', detail: '' }],
    [{ kind: 'tls', fault: 'certificate-time', detail: 'CERT_HAS_EXPIRED' }],
    [{ kind: 'not-http', code: 'HPE_INVALID_HEADER_TOKEN' }],
    [{ kind: 'sign-in-impossible', code: 'NtlmConnectionNotKept' }],
  ] as const)(
    'is announced neutrally once, and Exchange left alone for 15 minutes, after %j',
    async (failure) => {
      const { call, events, newMail, unread, push, server, written, clock, store, recorded } =
        callbackWorld();
      server.fail('mails', failure);
      events(...newMail('a'), unread(9));
      await expect(call()).resolves.toBe('ok');
      expect(written().quietUntil).toBe(clock.now() + 15 * 60_000);
      expect(recorded.count('ExchangeBlocked')).toBe(1);
      store({ quietUntil: clock.now() + 15 * 60_000 });
      clock.advance(15 * 60_000 - 1);
      await call();
      expect(server.asked).toEqual(['mails']);
      clock.advance(1);
      await call();
      expect(server.asked).toEqual(['mails', 'mails']);
      expect(push.sent).toHaveLength(3);
    },
  );

  test('is announced neutrally when the host is no longer allowed', async () => {
    const { call, events, newMail, unread, push, server, world, written } = callbackWorld();
    world.refusedHost = true;
    events(...newMail('a'), unread(2));
    await expect(call()).resolves.toBe('ok');
    expect(server.opened).toHaveLength(0);
    expect(push.sent).toHaveLength(1);
    expect(written().quietUntil).toBeDefined();
  });

  test('marks the endpoint of a phone that is gone and answers OK', async () => {
    const { call, events, newMail, unread, push, world, written } = callbackWorld();
    const [phone] = world.view?.devices ?? [];
    push.outcomes.set(phone?.endpointArn ?? '', [{ kind: 'device-gone' }]);
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(written().disabledEndpoints).toEqual([phone?.endpointId]);
  });
});
