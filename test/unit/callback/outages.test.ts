import { describe, expect, test } from '@jest/globals';
import { callbackWorld, device } from '../../support/callback-world.ts';
import { DAY_MS, MINUTE_MS } from '../../support/memory/clock.ts';

describe('while the mail is young', () => {
  test.each(['database', 'kms', 'secrets', 'push'] as const)(
    'Exchange is asked to come again when the %s is away',
    async (away) => {
      const { call, events, newMail, unread, world, crypto, push } = callbackWorld();
      if (away === 'database') world.database = 'down';
      if (away === 'kms') crypto.kms = 'down';
      if (away === 'secrets') crypto.secrets = 'down';
      if (away === 'push') push.always = { kind: 'later', code: 'ThrottledException' };
      events(...newMail('a'), unread(1));
      await expect(call()).resolves.toBe('try-again');
      expect(push.sent).toHaveLength(0);
    },
  );

  test('the repeated request announces the mail in full', async () => {
    const { call, events, newMail, unread, crypto, push } = callbackWorld();
    crypto.kms = 'down';
    events(...newMail('a'), unread(1));
    await call();
    crypto.kms = 'up';
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ subject: 'Subject of a' }]);
  });
});

describe('after five minutes', () => {
  test('mail that could not be pushed is owed', async () => {
    const { call, events, newMail, unread, clock, push, written } = callbackWorld();
    push.always = { kind: 'misconfigured', code: 'PlatformApplicationDisabledException' };
    events(...newMail('a'), unread(1));
    clock.advance(5 * MINUTE_MS);
    await expect(call()).resolves.toBe('ok');
    expect(written().owed).toBe(true);
  });

  test('mail is announced neutrally where KMS stays away', async () => {
    const { call, events, newMail, unread, clock, crypto, push } = callbackWorld();
    crypto.kms = 'down';
    events(...newMail('a'), unread(1));
    clock.advance(5 * MINUTE_MS);
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
  });

  test('a database that stays away gets OK: the gap rule finds what it missed', async () => {
    const { call, events, newMail, world, clock } = callbackWorld();
    world.database = 'down';
    events(...newMail('a'));
    clock.advance(5 * MINUTE_MS);
    await expect(call()).resolves.toBe('ok');
  });
});

describe('an event of an age that nobody can tell', () => {
  test.each([
    ['says no time', () => undefined],
    ['lies in the future', (now: number) => now + DAY_MS],
  ] as const)('that %s is not asked for again and again, but owed', async (_what, at) => {
    const { call, events, newMail, unread, clock, push, written } = callbackWorld();
    push.always = { kind: 'later', code: 'InternalError' };
    events(...newMail('a').map((event) => ({ ...event, at: at(clock.now()) })), {
      ...unread(1),
      at: at(clock.now()),
    });
    await expect(call()).resolves.toBe('ok');
    expect(written().owed).toBe(true);
  });

  test('of a clock that is a little fast is young', async () => {
    const { call, events, newMail, clock, push } = callbackWorld();
    push.always = { kind: 'later', code: 'InternalError' };
    events(...newMail('a').map((event) => ({ ...event, at: clock.now() + MINUTE_MS })));
    await expect(call()).resolves.toBe('try-again');
  });

  test('in the future brings a count that the next one replaces', async () => {
    const { call, events, unread, clock, world } = callbackWorld();
    events({ ...unread(1), at: clock.now() + DAY_MS });
    await call();
    expect(world.sightings.at(-1)?.folders).toMatchObject([{ count: 1, at: clock.now() }]);
  });

  test('is pushed again where it is the loss of a subscription, which has nothing left to lose', async () => {
    const { call, pushedError, world } = callbackWorld();
    world.database = 'down';
    pushedError('subscribe-again');
    await expect(call()).resolves.toBe('try-again');
    pushedError('wait');
    await expect(call()).resolves.toBe('ok');
  });
});

test('one of two phones that cannot be reached leaves a debt, not a repetition', async () => {
  const { call, events, newMail, unread, store, push, written } = callbackWorld();
  store({ devices: [device(1), device(2)] });
  push.outcomes.set(device(2).endpointArn, [{ kind: 'later', code: 'InternalError' }]);
  events(...newMail('a'), unread(1));
  await expect(call()).resolves.toBe('ok');
  expect(push.sent).toHaveLength(1);
  expect(written().owed).toBe(true);
});

describe('what cannot be read', () => {
  test('is announced neutrally, at most once an hour', async () => {
    const { call, world, push, store, clock, written } = callbackWorld();
    world.notification = { kind: 'unreadable', reason: 'doctype' };
    await expect(call()).resolves.toBe('ok');
    expect(push.sent).toHaveLength(1);
    store({ lastNeutralAt: written().neutralAt });
    clock.advance(59 * MINUTE_MS);
    await expect(call()).resolves.toBe('ok');
    expect(push.sent).toHaveLength(1);
    clock.advance(MINUTE_MS);
    await expect(call()).resolves.toBe('ok');
    expect(push.sent).toHaveLength(2);
  });

  test('is owed where it could not be announced, and the next hour is not silent for it', async () => {
    const { call, world, push, written } = callbackWorld();
    world.notification = { kind: 'unreadable', reason: 'doctype' };
    push.always = { kind: 'later', code: 'InternalError' };
    await expect(call()).resolves.toBe('ok');
    expect(written()).toMatchObject({ owed: true });
    expect(written().neutralAt).toBeUndefined();
  });

  test('marks the phone that is gone', async () => {
    const { call, world, push, written } = callbackWorld();
    world.notification = { kind: 'unreadable', reason: 'doctype' };
    push.always = { kind: 'device-gone' };
    await expect(call()).resolves.toBe('ok');
    expect(written().disabledEndpoints).toEqual([device(1).endpointId]);
  });

  test('is answered OK while the database is away', async () => {
    const { call, world } = callbackWorld();
    world.notification = { kind: 'unreadable', reason: 'malformed' };
    world.database = 'down';
    await expect(call()).resolves.toBe('ok');
  });
});

describe('a mail that could not be delivered', () => {
  test('is owed where the subscription ends in the same moment, since Exchange repeats nothing then', async () => {
    const { call, messages, newMail, push, written } = callbackWorld();
    push.always = { kind: 'later', code: 'InternalError' };
    messages(
      { kind: 'events', previousWatermark: 'w1', moreEvents: false, events: newMail('a') },
      { kind: 'error', code: 'ErrorReadEventsFailed', consequence: 'subscribe-again' },
    );
    await expect(call()).resolves.toBe('unsubscribe');
    expect(written().owed).toBe(true);
  });

  test('is repeated to the old subscription where a new one has just taken over', async () => {
    const { call, events, newMail, unread, store, push, world } = callbackWorld();
    store({ wantedEvents: 'mail' });
    push.always = { kind: 'later', code: 'InternalError' };
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('try-again');
    expect(world.activated).toHaveLength(1);
  });

  test('is repeated to a superseded subscription, which may end afterwards', async () => {
    const { call, events, newMail, unread, store, push, clock, written } = callbackWorld();
    store({ state: 'superseded', supersededAt: clock.now() - 1_000 });
    push.always = { kind: 'later', code: 'InternalError' };
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('try-again');
    expect(written().ended).toBeUndefined();
  });
});

test('a renewal that the database interrupts makes no announced mail come again', async () => {
  const { call, events, newMail, unread, store, push, world, server } = callbackWorld();
  store({ wantedEvents: 'mail' });
  world.database = 'after-see';
  events(...newMail('a'), unread(1));
  await expect(call()).resolves.toBe('ok');
  expect(push.sent).toHaveLength(1);
  // No signed-in connection outlives the request.
  expect([server.opened.length, server.closed]).toEqual([2, 2]);
});

test('a renewal that KMS interrupts is counted as what it is', async () => {
  const { call, events, store, crypto, recorded } = callbackWorld();
  store({ wantedEvents: 'mail' });
  crypto.kms = 'down';
  events({ type: 'status' });
  await expect(call()).resolves.toBe('ok');
  expect([recorded.count('KeyUnavailable'), recorded.count('DatabaseUnavailable')]).toEqual([1, 0]);
});

describe('an unexpected exception', () => {
  test('is announced neutrally, answered OK and alarmed', async () => {
    const { call, events, newMail, unread, server, push, recorded } = callbackWorld();
    server.mails = () => {
      throw new TypeError('a bug');
    };
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
    expect(recorded.count('CallbackFailed')).toBe(1);
    expect(recorded.lines.join()).not.toContain('a bug');
    const [line] = recorded.lines.filter((each) => each.includes('callback-failed'));
    expect(line).toMatch(/"errorName":"TypeError","at":"at .*outages\.test\.ts/);
  });

  test('is owed to the phone that this cannot be delivered to', async () => {
    const { call, events, newMail, unread, server, push, store, written } = callbackWorld();
    store({ devices: [device(1), device(2)] });
    server.mails = () => {
      throw new TypeError('a bug');
    };
    push.outcomes.set(device(2).endpointArn, [{ kind: 'later', code: 'InternalError' }]);
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(written().owed).toBe(true);
  });

  test('is repeated when not even that can be delivered', async () => {
    const { call, events, newMail, unread, server, push } = callbackWorld();
    server.mails = () => {
      throw new TypeError('a bug');
    };
    push.always = { kind: 'later', code: 'InternalError' };
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('try-again');
  });

  test('a seal that does not fit together wakes the phone and stays subscribed', async () => {
    const { call, events, newMail, unread, crypto, push, written } = callbackWorld();
    crypto.sealed.clear();
    events(...newMail('a'), unread(1));
    await expect(call()).resolves.toBe('ok');
    expect(push.sent).toHaveLength(1);
    expect(written().lost).toBe(true);
  });
});

test('values that the database refuses are no outage: the mail is announced once and Exchange is told OK', async () => {
  const { call, events, newMail, world, push, recorded } = callbackWorld();
  world.database = 'refuses';
  events(...newMail('a'));
  await expect(call()).resolves.toBe('ok');
  expect(push.pushes()).toMatchObject([{ subject: 'Subject of a' }]);
  expect(recorded.count('DatabaseUnavailable')).toBe(0);
  expect(recorded.count('CallbackFailed')).toBe(1);
});
