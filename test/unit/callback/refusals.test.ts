import { describe, expect, test } from '@jest/globals';
import { asId, type SubscriptionId } from '#domain/model/ids.ts';
import { callbackWorld, device } from '../../support/callback-world.ts';
import { MINUTE_MS, testUuid } from '../../support/memory/clock.ts';

const REFUSED = { kind: 'unauthorized', offered: ['basic'], sent: 'basic' } as const;

describe('401', () => {
  test('the first makes the credentials suspect and announces neutrally', async () => {
    const { call, events, newMail, unread, push, server, written } = callbackWorld();
    server.fail('mails', REFUSED);
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(written().refused).toBe('first');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
  });

  test('is one failed sign-in, although count and renewal would have been asked for as well', async () => {
    const { call, events, newMail, server, store, written } = callbackWorld();
    store({ wantedEvents: 'mail' });
    server.fail('mails', REFUSED);
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['mails']);
    expect(written().refused).toBe('first');
  });

  test('counts as well where only the unread count was asked for', async () => {
    const { call, events, server, written } = callbackWorld();
    server.fail('inbox', REFUSED);
    events({ type: 'deleted', watermark: 'w2', target: { kind: 'item', id: 'a' } });
    await expect(call()).resolves.toBe('ok');
    expect(written().refused).toBe('first');
  });

  test('is proof as well where only the unread count was asked for', async () => {
    const { call, events, server, store, clock, push } = callbackWorld();
    store({ suspectSince: clock.now(), lastRefusedAt: clock.now() });
    clock.advance(5 * MINUTE_MS);
    server.fail('inbox', REFUSED);
    events({ type: 'deleted', watermark: 'w2', target: { kind: 'item', id: 'a' } });
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.pushes()).toEqual([{ type: 'sign-in' }]);
  });

  test('counts as well where it was the renewal that was refused', async () => {
    const { call, events, newMail, unread, server, store, written } = callbackWorld();
    store({ wantedEvents: 'mail' });
    server.fail('subscribe', REFUSED);
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(written().refused).toBe('first');
  });

  test('is not met again by a repetition because the database cannot tell what became of the host', async () => {
    const { call, events, newMail, server, world, push, store, clock } = callbackWorld();
    world.database = 'after-see';
    for (const suspectSince of [undefined, clock.now() - 10 * MINUTE_MS]) {
      store({ suspectSince });
      server.fail('mails', REFUSED);
      events(...newMail('a'));
      await expect(call()).resolves.toBe('ok');
    }
    expect(server.asked).toEqual(['mails', 'mails']);
    expect(push.pushes()).toMatchObject([{ type: 'new-mail' }, { type: 'new-mail' }]);
  });

  test('is the first again where the credentials worked a moment before', async () => {
    const { call, events, newMail, server, store, clock, push, written } = callbackWorld();
    store({ suspectSince: clock.now() - 10 * MINUTE_MS, lastRefusedAt: clock.now() - 10 * MINUTE_MS });
    server.fail('inbox', REFUSED);
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['mails', 'inbox']);
    expect(written()).toMatchObject({ trusted: true, refused: 'first' });
    expect(push.pushes()).toMatchObject([{ subject: 'Subject of a' }]);
  });

  test('for five minutes the credentials are not used again', async () => {
    const { call, events, newMail, unread, server, store, clock, push } = callbackWorld();
    store({ suspectSince: clock.now(), lastRefusedAt: clock.now() });
    clock.advance(5 * MINUTE_MS - 1);
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual([]);
    expect(push.sent).toHaveLength(1);
  });

  test('a second one five minutes later is proof: sign in again, once per device, and Unsubscribe', async () => {
    const { call, events, newMail, unread, server, store, clock, push, written } = callbackWorld();
    store({ suspectSince: clock.now(), lastRefusedAt: clock.now(), devices: [device(1), device(2)] });
    clock.advance(5 * MINUTE_MS);
    server.fail('mails', REFUSED);
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.pushes()).toEqual([{ type: 'sign-in' }, { type: 'sign-in' }]);
    expect(written()).toMatchObject({ refused: 'proof', ended: true });
  });

  test('is no proof when many mailboxes of the host turn suspect together', async () => {
    const { call, events, newMail, unread, server, store, clock, push, world, recorded } = callbackWorld();
    store({ suspectSince: clock.now(), lastRefusedAt: clock.now() });
    clock.advance(5 * MINUTE_MS);
    world.hostSuspects = { suspects: 6, mailboxes: 100 };
    server.fail('mails', REFUSED);
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail' }]);
    expect(recorded.count('HostSuspect')).toBe(1);
    // Whoever turned suspect together with this mailbox counts, or just now.
    const [now, turnedAt] = [clock.now(), clock.now() - 5 * MINUTE_MS];
    expect(world.hostsJudged).toEqual([
      {
        ewsHost: 'mail.example.com',
        since: turnedAt - 5 * MINUTE_MS,
        until: turnedAt + 5 * MINUTE_MS,
        recently: now - 5 * MINUTE_MS,
      },
    ]);
  });

  test('credentials that work again are trusted again', async () => {
    const { call, events, newMail, unread, store, clock, written } = callbackWorld();
    store({ suspectSince: clock.now() - 10 * MINUTE_MS, lastRefusedAt: clock.now() - 10 * MINUTE_MS });
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(written().trusted).toBe(true);
  });

  test('credentials that work say that the subscription is not lost', async () => {
    const { call, events, newMail, unread, store, written } = callbackWorld();
    store({ state: 'lost' });
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(written().trusted).toBe(true);
  });

  test('an access token that ended is a silent matter of the phone, not of its user', async () => {
    const { call, events, newMail, unread, server, store, clock, push, written, recorded } = callbackWorld();
    store({ credentialsExpireAt: clock.now() - 1, suspectSince: clock.now() - 10 * MINUTE_MS });
    server.fail('mails', REFUSED);
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(written()).toMatchObject({ lost: true });
    expect(push.pushes()).toMatchObject([{ type: 'new-mail' }]);
    // Lost once, however many mails come until its phone has registered.
    store({ state: 'lost' });
    server.fail('mails', REFUSED);
    await call();
    expect(recorded.count('SubscriptionLost')).toBe(1);
  });
});

describe('proof beyond a 401', () => {
  test.each(['ErrorPasswordExpired', 'ErrorPasswordChangeRequired'])(
    '%s asks to sign in again and ends the subscription at once',
    async (code) => {
      const { call, events, newMail, server, push } = callbackWorld();
      server.fail('mails', { kind: 'credentials-dead', code });
      events(...newMail('a'));
      await expect(call()).resolves.toBe('unsubscribe');
      expect(push.pushes()).toEqual([{ type: 'sign-in' }]);
    },
  );

  test('ends nothing while it cannot be noted', async () => {
    const { call, events, newMail, unread, server, push, world } = callbackWorld();
    server.fail('mails', { kind: 'credentials-dead', code: 'ErrorPasswordExpired' });
    events(...newMail('a'), unread(1));
    world.database = 'after-see';
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail' }]);
  });
});

describe('a subscription whose mailbox has a newer one', () => {
  test.each([REFUSED, { kind: 'credentials-dead', code: 'ErrorPasswordExpired' }] as const)(
    'announces neutrally, signs nobody out and does not send its former password again after %j',
    async (failure) => {
      const { call, messages, newMail, server, store, clock, push, written, recorded } = callbackWorld();
      store({ state: 'superseded', supersededAt: clock.now() });
      server.fail('mails', failure);
      messages({ kind: 'events', previousWatermark: 'w1', moreEvents: true, events: newMail('a') });
      await expect(call()).resolves.toBe('ok');
      expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
      expect(written().refused).toBeUndefined();
      expect(recorded.count('CredentialsSuspect') + recorded.count('CredentialsRejected')).toBe(0);
      store({ quietUntil: written().quietUntil });
      await call();
      expect(server.asked).toEqual(['mails']);
    },
  );

  test('is not opened at all where its password was refused before', async () => {
    const { call, events, newMail, unread, server, store, clock, push } = callbackWorld();
    store({ state: 'superseded', supersededAt: clock.now(), suspectSince: clock.now() - 10 * MINUTE_MS });
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('unsubscribe');
    expect(server.opened).toEqual([]);
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
  });

  test('asks nobody to sign in again because Exchange pushes that its password expired', async () => {
    const { call, pushedError, store, clock, push, written } = callbackWorld();
    store({ state: 'superseded', supersededAt: clock.now() });
    pushedError('credentials-dead');
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.sent).toEqual([]);
    expect(written().refused).toBeUndefined();
  });

  test('counts no refusal either while it is pending beside the one that is active', async () => {
    const { call, events, newMail, server, store, clock, world, written } = callbackWorld();
    if (world.view === undefined) throw new Error('no view');
    const activeSubscriptionId = asId<SubscriptionId>(testUuid(9002));
    store({
      state: 'pending',
      createdAt: clock.now() - MINUTE_MS,
      mailbox: { ...world.view.mailbox, activeSubscriptionId },
    });
    server.fail('mails', REFUSED);
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(written().refused).toBeUndefined();
  });
});
