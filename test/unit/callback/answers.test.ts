import { describe, expect, test } from '@jest/globals';
import { callbackWorld, device, SUBSCRIPTION } from '../../support/callback-world.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, testUuid } from '../../support/memory/clock.ts';
import { callbackIdOf } from '../../support/memory/crypto.ts';

describe('who calls', () => {
  test('a made-up id is refused without a database call', async () => {
    const { call, world } = callbackWorld();
    await expect(call({ callbackId: `${SUBSCRIPTION}.made-up` })).resolves.toBe('forbidden');
    expect(world.sightings).toHaveLength(0);
  });

  test('a segment that was not issued for the subscription is refused', async () => {
    const { call, events, newMail, push } = callbackWorld();
    events(...newMail('a'));
    await expect(call({ sealed: 'sealed-for-somebody-else' })).resolves.toBe('forbidden');
    expect(push.sent).toHaveLength(0);
  });

  test('an authentic id without a subscription ends it in Exchange', async () => {
    const { call } = callbackWorld();
    await expect(call({ callbackId: callbackIdOf(testUuid(4)) })).resolves.toBe('unsubscribe');
  });
});

describe('states of a subscription', () => {
  test('rejected credentials end it without a push', async () => {
    const { call, store, events, newMail, push } = callbackWorld();
    store({ state: 'rejected' });
    events(...newMail('a'));
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.sent).toHaveLength(0);
  });

  test('pending counts as active while it is young', async () => {
    const { call, store, clock, events, newMail, push } = callbackWorld();
    store({ state: 'pending', createdAt: clock.now() - 4 * MINUTE_MS });
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(push.sent).toHaveLength(1);
  });

  test('pending for more than five minutes ends', async () => {
    const { call, store, clock } = callbackWorld();
    store({ state: 'pending', createdAt: clock.now() - 6 * MINUTE_MS });
    await expect(call()).resolves.toBe('unsubscribe');
  });

  test('superseded within the hour has its mail announced, then ends and loses its half of the seal', async () => {
    const { call, store, clock, events, newMail, push, written } = callbackWorld();
    store({ state: 'superseded', supersededAt: clock.now() - 59 * MINUTE_MS });
    events(...newMail('a'));
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', subject: 'Subject of a' }]);
    expect(written()).toMatchObject({ ended: true });
  });

  test('superseded with more events to come stays until it has brought them', async () => {
    const { call, store, clock, messages, newMail, push, written } = callbackWorld();
    store({ state: 'superseded', supersededAt: clock.now() - MINUTE_MS });
    messages({ kind: 'events', previousWatermark: 'w1', moreEvents: true, events: newMail('a') });
    await expect(call()).resolves.toBe('ok');
    expect(push.sent).toHaveLength(1);
    expect(written().ended).toBeUndefined();
    messages({ kind: 'events', previousWatermark: 'w1', moreEvents: false, events: newMail('b') });
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.sent).toHaveLength(2);
    expect(written()).toMatchObject({ ended: true });
  });

  test('superseded for longer than an hour ends without a push', async () => {
    const { call, store, clock, events, newMail, push } = callbackWorld();
    store({ state: 'superseded', supersededAt: clock.now() - HOUR_MS - 1 });
    events(...newMail('a'));
    await expect(call()).resolves.toBe('unsubscribe');
    expect(push.sent).toHaveLength(0);
  });

  test('lost is handled like active', async () => {
    const { call, store, events, newMail, push } = callbackWorld();
    store({ state: 'lost' });
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(push.sent).toHaveLength(1);
  });
});

describe('heartbeat', () => {
  test('costs one statement and asks nobody else', async () => {
    const { call, events, world, server, push, recorded } = callbackWorld();
    events({ type: 'status', watermark: 'w2' });
    await expect(call()).resolves.toBe('ok');
    expect(world.sightings).toMatchObject([{ subscriptionId: SUBSCRIPTION, watermark: 'w2' }]);
    expect(world.aftermath).toHaveLength(0);
    expect(server.asked).toEqual([]);
    expect(push.sent).toHaveLength(0);
    expect(recorded.count('Heartbeat')).toBe(1);
  });

  test('is answered OK while the database is away', async () => {
    const { call, events, world } = callbackWorld();
    world.database = 'down';
    events({ type: 'status' });
    await expect(call()).resolves.toBe('ok');
  });

  test('is answered OK while the secrets are away', async () => {
    const { call, events, crypto } = callbackWorld();
    crypto.secrets = 'down';
    events({ type: 'status' });
    await expect(call()).resolves.toBe('ok');
  });
});

describe('renewal while the credentials are in our hands', () => {
  test('moves to a newer key pair when its own is near its end, on a heartbeat too', async () => {
    const { call, store, events, world, clock, server, recorded, written } = callbackWorld();
    const view = world.view;
    if (view === undefined) throw new Error('no view');
    store({
      keyPair: { ...view.keyPair, createdAt: clock.now() - 23 * DAY_MS },
      newestKeyPairCreatedAt: clock.now() - HOUR_MS,
    });
    events({ type: 'status', watermark: 'w2' });
    await expect(call()).resolves.toBe('ok');
    expect(server.subscribed).toHaveLength(1);
    expect(world.activated).toEqual(world.renewals);
    expect(recorded.count('SubscriptionRenewed')).toBe(1);
    // What waits in Exchange behind this request needs the old one, and our half of its seal.
    expect(written().ended).toBeUndefined();
  });

  test('stays where no newer key pair exists', async () => {
    const { call, store, events, world, clock, server } = callbackWorld();
    const createdAt = clock.now() - 29 * DAY_MS;
    if (world.view !== undefined)
      store({ keyPair: { ...world.view.keyPair, createdAt }, newestKeyPairCreatedAt: createdAt });
    events({ type: 'status' });
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual([]);
  });

  test('asks for other events when no device wants a badge any more', async () => {
    const { call, store, events, world, server } = callbackWorld();
    const devices = world.view?.devices.map((one) => ({
      ...one,
      preferences: { ...one.preferences, badge: false },
    }));
    store({ devices: devices ?? [] });
    events({ type: 'status' });
    await expect(call()).resolves.toBe('ok');
    expect(server.subscribed).toHaveLength(1);
  });

  test('seals a refresh token that the server rotated', async () => {
    const { call, events, newMail, server, crypto } = callbackWorld();
    server.rotated = {
      email: 'ann@example.com',
      auth: { type: 'basic', username: 'ann', password: 'rotated' },
    };
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect([...crypto.sealed.values()].at(-1)?.auth).toMatchObject({ password: 'rotated' });
  });

  test.each([
    ['seals a refresh token once more that subscribing itself has spent', undefined, 'rotated'],
    ['keeps the first new one where that fails', { kind: 'timeout' } as const, 'secret'],
  ])('%s', async (_what, failure, password) => {
    const { call, store, events, server, world, crypto } = callbackWorld();
    const preferences = { content: 'none', badge: false, sound: false } as const;
    store({ devices: [device(1, { preferences })] });
    server.answering = () => {
      if (server.rotated !== undefined && failure !== undefined) server.fail('subscribe', failure);
      server.rotated ??= {
        email: 'ann@example.com',
        auth: { type: 'basic', username: 'ann', password: 'rotated' },
      };
    };
    events({ type: 'status' });
    await expect(call()).resolves.toBe('ok');
    expect(server.asked).toEqual(['subscribe', 'subscribe']);
    const sealed = [...crypto.sealed.values()].find((one) => one.subscriptionId === world.activated.at(-1));
    expect(sealed?.auth).toMatchObject({ password });
  });

  test('keeps the old subscription when Exchange refuses the new one', async () => {
    const { call, events, newMail, server, world, push } = callbackWorld();
    server.rotated = {
      email: 'ann@example.com',
      auth: { type: 'basic', username: 'ann', password: 'rotated' },
    };
    server.fail('subscribe', { kind: 'subscription-limit' });
    events(...newMail('a'));
    await expect(call()).resolves.toBe('ok');
    expect(world.abandoned).toEqual(world.renewals);
    expect(world.activated).toEqual([]);
    expect(push.sent).toHaveLength(1);
  });
});
