import { describe, expect, test } from '@jest/globals';
import type { MailboxEvent } from '#domain/model/mailbox-event.ts';
import { callbackWorld } from '../../support/callback-world.ts';

const refused = (sha256: string): MailboxEvent => ({
  type: 'new-mail',
  target: { kind: 'refused-item', sha256 },
});

describe('a new item whose id no server writes', () => {
  test('is announced neutrally, without its id and without asking Exchange for a mail', async () => {
    const { call, events, unread, server, push } = callbackWorld();
    events(refused('hash-1'), refused('hash-1'), unread(4));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toEqual([
      { type: 'new-mail', count: 1, collapseKey: 'hash-1', badge: 4, sound: true },
    ]);
    expect(server.asked).toEqual([]);
  });

  test('does not keep the others from being announced by name', async () => {
    const { call, events, newMail, unread, push } = callbackWorld();
    events(refused('hash-1'), ...newMail('a'), unread(4));
    await call();
    expect(push.pushes()).toMatchObject([{ subject: 'Subject of a' }, { collapseKey: 'hash-1' }]);
  });

  test('is one of a count where there are many', async () => {
    const { call, events, unread, push } = callbackWorld();
    events(...Array.from({ length: 1_953 }, (_, index) => refused(`hash-${index}`)), unread(4));
    await call();
    expect(push.pushes()).toHaveLength(6);
    expect(push.pushes().at(-1)).toMatchObject({ count: 1_948 });
  });

  test('is asked for again where nothing could be pushed', async () => {
    const { call, events, push, clock } = callbackWorld();
    push.always = { kind: 'later', code: 'Throttled' };
    events({ ...refused('hash-1'), at: clock.now() - 1_000 });
    await expect(call()).resolves.toBe('try-again');
  });
});
