import { describe, expect, test } from '@jest/globals';
import { callbackWorld, INBOX, SUBSCRIPTION } from '../../support/callback-world.ts';
import { MINUTE_MS } from '../../support/memory/clock.ts';

const QUARTER_MS = 15 * MINUTE_MS;
const SIX_HOURS_MS = 6 * 60 * 60_000;

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

  test('is subscribed again at the old address where a new one does not answer', async () => {
    const { call, pushedError, server, world } = callbackWorld();
    server.discovery = FOUND;
    server.fail('inbox', { kind: 'timeout' }, { kind: 'timeout' });
    pushedError('rediscover');
    await expect(call()).resolves.toBe('unsubscribe');
    expect(server.asked).toEqual(['inbox', 'discover', 'probe', 'inbox', 'subscribe']);
    expect(world.activatedHosts).toEqual(['mail.example.com']);
  });

  test('is sought first where the URL of its domain was told last, and that is kept', async () => {
    const { call, pushedError, server, ewsUrls } = callbackWorld();
    const [before, now] = ['https://a.example.net/autodiscover/autodiscover.xml', 'https://b.example.net/'];
    ewsUrls.told.set('example.com', before);
    server.discovery = { ...FOUND, toldBy: now };
    pushedError('rediscover');
    await call();
    expect(server.toldLast).toEqual([before]);
    expect(ewsUrls.told.get('example.com')).toBe(now);
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
    const { call, events, newMail, unread, server, push, world, ewsUrls } = callbackWorld();
    server.fail('mails', { kind: 'moved' });
    server.discovery = FOUND;
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(server.opened.map(({ ewsUrl }) => ewsUrl)).toContain(FOUND.ewsUrl);
    expect(server.closed).toBe(server.opened.length);
    expect(world.activatedHosts).toEqual(['mail2.example.com']);
    expect(ewsUrls.forgotten).toEqual(['example.com']);
    expect(push.pushes()).toMatchObject([{ subject: 'Subject of a' }]);
  });

  test.each([
    { kind: 'not-found' },
    { kind: 'redirected', detail: 'mail.example.com answered 302 and names the host mail2.example.com' },
  ] as const)('is discovered after %j as well', async (failure) => {
    const { call, events, newMail, unread, server, push, world } = callbackWorld();
    server.fail('mails', failure);
    server.discovery = FOUND;
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(world.activatedHosts).toEqual(['mail2.example.com']);
    expect(push.pushes()).toMatchObject([{ subject: 'Subject of a' }]);
  });

  test('is not looked for because a page stands where EWS should answer', async () => {
    const { call, events, newMail, unread, server, push, written } = callbackWorld();
    server.fail('mails', { kind: 'web-page', detail: 'mail.example.com answered 200 with a web page' });
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['mails']);
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
    expect(written().quietUntil).toBeUndefined();
  });

  test('is asked for its unread count at its new server too, subscribed there once', async () => {
    const { call, events, newMail, server, push } = callbackWorld();
    server.fail('mails', { kind: 'moved' });
    server.discovery = FOUND;
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['mails', 'discover', 'probe', 'inbox', 'subscribe', 'mails', 'inbox']);
    expect(server.opened).toHaveLength(2);
    expect(push.pushes()).toMatchObject([{ subject: 'Subject of a', badge: 3 }]);
  });

  test('is not followed to a server that shows another Inbox', async () => {
    const { call, events, newMail, unread, server, push, world, clock, written } = callbackWorld();
    server.fail('mails', { kind: 'not-found' });
    server.discovery = FOUND;
    server.inbox = { folderId: 'inbox-of-eve', unreadCount: 1 };
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(written().quietUntil).toBe(clock.now() + QUARTER_MS);
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

describe('a mailbox that nobody finds', () => {
  test('is looked for once in a request, and again no sooner than a quarter of an hour later', async () => {
    const { call, events, newMail, server, store, clock, push, written } = callbackWorld();
    server.fail('mails', { kind: 'not-found' }, { kind: 'not-found' });
    server.fail('inbox', { kind: 'not-found' });
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['mails', 'discover', 'inbox']);
    expect(written().quietUntil).toBe(clock.now() + QUARTER_MS);
    store({ quietUntil: written().quietUntil });
    clock.advance(QUARTER_MS - 1);
    await call();
    expect(server.asked).toHaveLength(3);
    clock.advance(1);
    await call();
    expect(server.asked.filter((question) => question === 'discover')).toHaveLength(2);
    expect(push.sent).toHaveLength(3);
  });

  test('is left alone as well where the server that was found refuses the subscription', async () => {
    const { call, events, newMail, unread, server, clock, written } = callbackWorld();
    server.fail('mails', { kind: 'not-found' });
    server.discovery = FOUND;
    server.fail('subscribe', { kind: 'subscription-limit' });
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(written().quietUntil).toBe(clock.now() + QUARTER_MS);
  });

  test('lets its credentials rest where a server refused them on the way, and holds nothing against them', async () => {
    const { call, events, newMail, server, push, written, clock } = callbackWorld();
    server.fail('mails', { kind: 'not-found' });
    server.discovery = { ok: false, verdicts: [], failedSignIns: 1 };
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['mails', 'discover']);
    expect(written().refused).toBeUndefined();
    expect(written().quietUntil).toBe(clock.now() + SIX_HOURS_MS);
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
  });

  test('shows no password to a server that was found and does not ask for it', async () => {
    const { call, events, newMail, unread, server, push } = callbackWorld();
    server.fail('mails', { kind: 'not-found' });
    server.discovery = FOUND;
    server.offered = [];
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['mails', 'discover', 'probe']);
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
  });

  test('is asked of no third server where two have refused on the way', async () => {
    const { call, events, newMail, unread, server } = callbackWorld();
    server.fail('mails', { kind: 'not-found' });
    server.discovery = { ...FOUND, failedSignIns: 2 };
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['mails', 'discover']);
  });

  test.each([
    [{ kind: 'unauthorized', offered: [], sent: 'basic' }, SIX_HOURS_MS],
    [{ kind: 'credentials-dead', code: 'ErrorPasswordExpired' }, SIX_HOURS_MS],
    [{ kind: 'no-mailbox', code: 'ErrorNonExistentMailbox' }, QUARTER_MS],
  ] as const)('is not signed out by a server that has not shown its Inbox: %j', async (failure, pauseMs) => {
    const { call, events, newMail, server, store, clock, push, written } = callbackWorld();
    store({ suspectSince: clock.now() - QUARTER_MS, lastRefusedAt: clock.now() - QUARTER_MS });
    server.fail('mails', { kind: 'not-found' });
    server.discovery = FOUND;
    server.fail('inbox', failure);
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['mails', 'discover', 'probe', 'inbox']);
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
    expect(written()).toEqual({
      subscriptionId: SUBSCRIPTION,
      now: clock.now(),
      quietUntil: clock.now() + pauseMs,
    });
  });

  test('is never proof, however long the credentials have been suspect', async () => {
    const { call, events, newMail, server, store, clock, push } = callbackWorld();
    store({ suspectSince: clock.now() - QUARTER_MS, lastRefusedAt: clock.now() - QUARTER_MS });
    server.fail('mails', { kind: 'not-found' });
    server.discovery = { ok: false, verdicts: [], failedSignIns: 2 };
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail' }]);
  });
});

describe('a new subscription that Exchange refuses for its credentials', () => {
  test('asks to sign in again, and nothing is lost, where the refusal is proof', async () => {
    const { call, pushedError, server, push, written, recorded, refusedBefore } = callbackWorld();
    refusedBefore(QUARTER_MS);
    server.fail('inbox', { kind: 'timeout' });
    server.fail('subscribe', { kind: 'credentials-dead', code: 'ErrorPasswordExpired' });
    pushedError('subscribe-again');
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail' }, { type: 'sign-in' }]);
    expect(written()).toMatchObject({ refused: 'proof', ended: true });
    expect(written().lost).toBeUndefined();
    expect(recorded.count('SubscriptionLost')).toBe(0);
  });

  test('asks to sign in again as well where they were suspect for 15 minutes', async () => {
    const { call, pushedError, server, refusedBefore, push } = callbackWorld();
    refusedBefore(QUARTER_MS);
    server.fail('subscribe', { kind: 'unauthorized', offered: ['basic'], sent: 'basic' });
    server.fail('inbox', { kind: 'timeout' });
    pushedError('subscribe-again');
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail' }, { type: 'sign-in' }]);
  });

  test('is remembered although the database cannot take back what was prepared', async () => {
    const { call, pushedError, server, world, written } = callbackWorld();
    server.fail('subscribe', { kind: 'unauthorized', offered: ['basic'], sent: 'basic' });
    world.abandoning = 'down';
    pushedError('subscribe-again');
    await expect(call()).resolves.toBe('unsubscribe');
    expect(server.asked).toEqual(['inbox', 'subscribe']);
    expect(written()).toMatchObject({ lost: true, refused: 'first' });
  });

  test('is lost, for the phone to heal silently, where it is the first refusal', async () => {
    const { call, pushedError, server, push, written } = callbackWorld();
    server.fail('subscribe', { kind: 'unauthorized', offered: ['basic'], sent: 'basic' });
    pushedError('subscribe-again');
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.sent).toEqual([]);
    expect(written()).toMatchObject({ lost: true, refused: 'first', ended: true });
  });
});

test.each(['wait', 'unknown'] as const)(
  'a pushed error that passes (%s) is counted and ends nothing',
  async (consequence) => {
    const { call, pushedError, server, recorded } = callbackWorld();
    pushedError(consequence);
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual([]);
    expect(recorded.count('ExchangeFailed')).toBe(1);
  },
);

test('a pushed error that takes the credentials for another’s alarms, ends nothing and leaves Exchange alone', async () => {
  const { call, pushedError, clock, written, recorded, push } = callbackWorld();
  pushedError('denied');
  await expect(call()).resolves.toBe('ok');
  expect(written()).toEqual(expect.objectContaining({ quietUntil: clock.now() + QUARTER_MS }));
  expect([recorded.count('OwnerMismatch'), recorded.count('ExchangeBlocked')]).toEqual([1, 1]);
  expect(push.sent).toEqual([]);
});
