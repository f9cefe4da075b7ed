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
    const { call, events, server, refusedBefore, push } = callbackWorld();
    refusedBefore(15 * MINUTE_MS);
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

  test('says for how long the credentials are not used again, and why a mail has no text', async () => {
    const { call, events, newMail, unread, server, store, clock, push, recorded, written } = callbackWorld();
    server.fail('mails', REFUSED);
    events(...newMail('a'), unread(1));
    await call();
    const { nextTryAt } = written();
    expect(nextTryAt).toBe(clock.now() + 15 * MINUTE_MS);
    store({ suspectSince: clock.now(), lastRefusedAt: clock.now(), nextTryAt, claim: 'paused' });
    clock.advance(5 * MINUTE_MS);
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['mails']);
    expect(push.sent).toHaveLength(2);
    expect(recorded.fieldsOf('announced-without-content')).toMatchObject([
      { why: 'suspect', pauseMinutes: 10 },
    ]);
  });

  test('is forgotten, or confirmed, by the first heartbeat after the pause', async () => {
    const { call, events, server, refusedBefore, push, written } = callbackWorld();
    refusedBefore(30 * MINUTE_MS);
    events({ type: 'status', watermark: 'w2' });
    await expect(call()).resolves.toBe('ok');
    expect(written()).toMatchObject({ trusted: true });
    server.fail('inbox', REFUSED);
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.pushes()).toContainEqual({ type: 'sign-in' });
    expect(server.asked).toEqual(['inbox', 'inbox']);
  });

  test('hours after the first is confirmed by another try before anything ends', async () => {
    const { call, events, newMail, unread, server, refusedBefore, push, written, clock } = callbackWorld();
    refusedBefore(2 * 60 * MINUTE_MS);
    server.fail('mails', REFUSED);
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail' }]);
    expect(written()).toMatchObject({ refused: 'first', nextTryAt: clock.now() + 15 * MINUTE_MS });
  });

  test('a second one 15 minutes later is proof: sign in again, once per device, and Unsubscribe', async () => {
    const { call, events, newMail, unread, server, store, refusedBefore, push, written } = callbackWorld();
    store({ devices: [device(1), device(2)] });
    refusedBefore(15 * MINUTE_MS);
    server.fail('mails', REFUSED);
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.pushes()).toEqual([{ type: 'sign-in' }, { type: 'sign-in' }]);
    expect(written()).toMatchObject({ refused: 'proof', ended: true });
  });

  test('is no proof when many mailboxes of the host turn suspect together', async () => {
    const { call, events, newMail, unread, server, refusedBefore, clock, push, world, recorded } =
      callbackWorld();
    refusedBefore(15 * MINUTE_MS);
    world.hostSuspects = { suspects: 6, tried: 20 };
    server.fail('mails', REFUSED);
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail' }]);
    expect(recorded.count('HostSuspect')).toBe(1);
    // Whoever turned suspect a little before this mailbox counts, or since then.
    expect(world.hostsJudged).toEqual([{ ewsHost: 'mail.example.com', since: clock.now() - 30 * MINUTE_MS }]);
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

  test('an access token that nobody can renew is a silent matter of the phone, not of its user', async () => {
    const { call, events, newMail, unread, server, store, refusedBefore, clock, push, written, recorded } =
      callbackWorld();
    // Whatever its phone believes of its end: the clock of a phone decides nothing.
    store({ credentialsExpireAt: clock.now() + 2 * 60 * MINUTE_MS });
    refusedBefore(20 * MINUTE_MS);
    server.fail('mails', REFUSED);
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(written()).toMatchObject({ lost: true, refused: 'first' });
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
    '%s asks to sign in again when it is said twice, 15 minutes apart',
    async (code) => {
      const { call, events, newMail, server, push, refusedBefore, written } = callbackWorld();
      server.fail('mails', { kind: 'credentials-dead', code });
      events(...newMail('a'));
      await expect(call()).resolves.toBe('ok');
      expect(written()).toMatchObject({ refused: 'first' });
      refusedBefore(15 * MINUTE_MS);
      server.fail('mails', { kind: 'credentials-dead', code });
      await expect(call()).resolves.toBe('unsubscribe');
      expect(push.pushes()).toMatchObject([{ type: 'new-mail' }, { type: 'sign-in' }]);
    },
  );

  test('ends nothing while it cannot be noted', async () => {
    const { call, events, newMail, unread, server, push, world, refusedBefore } = callbackWorld();
    refusedBefore(15 * MINUTE_MS);
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
