import { describe, expect, test } from '@jest/globals';
import { callbackWorld, INBOX } from '../../support/callback-world.ts';
import { MINUTE_MS } from '../../support/memory/clock.ts';

const QUARTER_MS = 15 * MINUTE_MS;
const ABSENT = { kind: 'no-mailbox', code: 'ErrorNonExistentMailbox' } as const;
const FOUND = {
  ok: true,
  ewsUrl: 'https://mail2.example.com/EWS/Exchange.asmx',
  verdicts: [],
  failedSignIns: 0,
} as const;

describe('a server that says that it has no such mailbox', () => {
  test('is left for the server that autodiscover finds, and the mail is announced from there', async () => {
    const { call, events, newMail, unread, server, push, world, written } = callbackWorld();
    server.fail('mails', ABSENT);
    server.discovery = FOUND;
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(world.activatedHosts).toEqual(['mail2.example.com']);
    expect(push.pushes()).toMatchObject([{ subject: 'Subject of a' }]);
    expect(written().refused).toBeUndefined();
  });

  test('makes the mailbox suspect the first time, announces neutrally and is not asked again', async () => {
    const { call, events, newMail, server, push, written, clock } = callbackWorld();
    server.fail('mails', ABSENT);
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['mails', 'discover']);
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
    expect(written()).toMatchObject({ refused: 'first', quietUntil: clock.now() + QUARTER_MS });
  });

  test('counts the same where only the unread count was asked for', async () => {
    const { call, events, server, written } = callbackWorld();
    server.fail('inbox', ABSENT);
    events({ type: 'deleted', watermark: 'w2', target: { kind: 'item', id: 'a' } });
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['inbox', 'discover']);
    expect(written().refused).toBe('first');
  });

  test('proves it by saying so again later, when nothing else is found', async () => {
    const { call, events, newMail, server, refusedBefore, push, written } = callbackWorld();
    refusedBefore(QUARTER_MS);
    server.fail('mails', ABSENT);
    events(...newMail('a'));
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.pushes()).toEqual([{ type: 'sign-in' }]);
    expect(written()).toMatchObject({ refused: 'proof', ended: true });
  });

  test('proves nothing while it says so of many mailboxes', async () => {
    const { call, events, newMail, server, refusedBefore, push, world, recorded } = callbackWorld();
    refusedBefore(QUARTER_MS);
    world.hostSuspects = { suspects: 8, tried: 8 };
    server.fail('mails', ABSENT);
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail' }]);
    expect(recorded.count('HostSuspect')).toBe(1);
  });

  test('is no news of a mailbox that a newer subscription serves', async () => {
    const { call, messages, newMail, server, store, clock, push, written } = callbackWorld();
    store({ state: 'superseded', supersededAt: clock.now() });
    server.fail('mails', ABSENT);
    messages({ kind: 'events', previousWatermark: 'w1', moreEvents: true, events: newMail('a') });
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail' }]);
    expect(written().refused).toBeUndefined();
  });
});

describe('a push that says that there is no such mailbox', () => {
  test('ends the subscription once the server that autodiscover finds has a new one', async () => {
    const { call, pushedError, server, world } = callbackWorld();
    server.discovery = FOUND;
    pushedError('no-mailbox');
    await expect(call()).resolves.toBe('unsubscribe');
    expect(world.activatedHosts).toEqual(['mail2.example.com']);
  });

  test('is contradicted by the same server where that takes a new subscription', async () => {
    const { call, pushedError, server, world, written, push } = callbackWorld();
    pushedError('no-mailbox');
    await expect(call()).resolves.toBe('unsubscribe');
    expect(server.asked).toEqual(['inbox', 'discover', 'subscribe']);
    expect(world.activatedHosts).toEqual(['mail.example.com']);
    expect([push.sent, written().refused]).toEqual([[], undefined]);
  });

  test('ends nothing the first time, where the server says the same when asked', async () => {
    const { call, pushedError, server, push, written } = callbackWorld();
    server.inbox = { folderId: INBOX, unreadCount: 3 };
    server.fail('inbox', ABSENT);
    pushedError('no-mailbox');
    await expect(call()).resolves.toBe('ok');
    expect(written()).toMatchObject({ refused: 'first' });
    expect(written()).not.toHaveProperty('ended');
    expect(push.pushes().map(({ type }) => type)).not.toContain('sign-in');
  });
});
