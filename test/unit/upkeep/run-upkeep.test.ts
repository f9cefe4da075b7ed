import { describe, expect, test } from '@jest/globals';
import { DependencyUnavailable } from '#domain/errors.ts';
import { asId, type EndpointId, type SubscriptionId } from '#domain/model/ids.ts';
import type { WakeDue } from '#domain/ports/upkeep-store.ts';
import { device } from '../../support/callback-world.ts';
import { DAY_MS, HOUR_MS, testUuid } from '../../support/memory/clock.ts';
import { upkeepWorld } from '../../support/upkeep-world.ts';

function wake(n: number, stage: number): WakeDue {
  return { subscriptionId: asId<SubscriptionId>(testUuid(n)), stage, devices: [device(n)] };
}

describe('keys', () => {
  test('the first run makes the first pair', async () => {
    const { run, state, clock } = upkeepWorld();
    state.newestKeyPair = undefined;
    await expect(run()).resolves.toEqual([]);
    expect(state.keyPairs).toEqual([clock.now()]);
  });

  test('a pair as old as the rotation gets a successor, a younger one does not', async () => {
    const { run, state, clock } = upkeepWorld();
    state.newestKeyPair = clock.now() - DAY_MS + 1;
    await run();
    expect(state.keyPairs).toHaveLength(0);
    clock.advance(1);
    await run();
    expect(state.keyPairs).toHaveLength(1);
  });

  test('subscriptions that hang on pairs past their life alarm', async () => {
    const { run, state, recorded } = upkeepWorld();
    state.hanging = 3;
    await run();
    expect(recorded.count('KeyPairNearEnd')).toBe(3);
  });
});

describe('wakes', () => {
  test('go silently first, visibly after two hours, once more after a day, then no more', async () => {
    const { run, state, push, clock } = upkeepWorld();
    state.wakes = [wake(1, 0), wake(2, 1), wake(3, 2)];
    await run();
    expect(push.pushes()).toEqual([{ type: 'wake' }, { type: 'open-app' }, { type: 'open-app' }]);
    expect(state.woken).toEqual([
      { stage: 1, nextAt: clock.now() + 2 * HOUR_MS, count: 1 },
      { stage: 2, nextAt: clock.now() + 22 * HOUR_MS, count: 1 },
      { stage: 3, nextAt: undefined, count: 1 },
    ]);
  });

  test('go out in batches until none is left', async () => {
    const { run, state, push } = upkeepWorld();
    state.wakes = Array.from({ length: 25 }, (_, n) => wake(n, 0));
    await run();
    expect(push.sent).toHaveLength(25);
    expect(state.wakes).toHaveLength(0);
  });

  test('are noted before they are sent, so that a killed run repeats none', async () => {
    const { run, state, push } = upkeepWorld();
    state.wakes = [wake(1, 0)];
    state.failing = { method: 'woken', error: new DependencyUnavailable('database', 'Down') };
    await expect(run()).resolves.toContain('wakes');
    expect(push.sent).toHaveLength(0);
  });

  test('mark a phone that turns out to be gone', async () => {
    const { run, state, push } = upkeepWorld();
    state.wakes = [wake(1, 0)];
    push.always = { kind: 'device-gone' };
    await run();
    expect(state.deletedArns).toEqual([`disabled ${device(1).endpointArn}`]);
  });
});

describe('debts', () => {
  test('are paid with a neutral notification', async () => {
    const { run, state, push } = upkeepWorld();
    state.owed = [{ subscriptionId: asId<SubscriptionId>(testUuid(1)), devices: [device(1)] }];
    await run();
    expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
    expect(state.paid).toEqual([testUuid(1)]);
  });

  test('stay where the push fails again', async () => {
    const { run, state, push } = upkeepWorld();
    state.owed = [{ subscriptionId: asId<SubscriptionId>(testUuid(1)), devices: [device(1)] }];
    push.always = { kind: 'later', code: 'InternalError' };
    await run();
    expect(state.paid).toEqual([]);
  });
});

describe('phones that are gone', () => {
  const endpoint = { id: asId<EndpointId>(testUuid(1)), endpointArn: 'arn:1', platform: 'apns' } as const;

  test('are forgotten, at SNS first', async () => {
    const { run, state, recorded } = upkeepWorld();
    state.disabled = [endpoint];
    await run();
    expect(state.deletedArns).toEqual(['arn:1']);
    expect(state.forgotten).toEqual([endpoint.id]);
    expect(recorded.count('DeviceForgotten')).toBe(1);
  });

  test('are not forgotten where more than 5 % of an application fell together', async () => {
    const { run, state, recorded } = upkeepWorld();
    state.disabled = [endpoint, { ...endpoint, id: asId<EndpointId>(testUuid(2)), platform: 'fcm' }];
    state.falls = [
      { platform: 'apns', endpoints: 100, fellTogether: 6 },
      { platform: 'fcm', endpoints: 200, fellTogether: 6 },
    ];
    await run();
    expect(state.forgotten).toEqual([testUuid(2)]);
    expect(recorded.count('PushMisconfigured')).toBe(1);
  });
});

describe('the heartbeat watch', () => {
  test('calls subscriptions lost in batches', async () => {
    const { run, state, recorded } = upkeepWorld();
    state.silent = 25;
    await run();
    expect(recorded.count('SubscriptionLost')).toBe(25);
  });

  test('speaks no verdict while every callback is missing, nor until two intervals after they came back', async () => {
    const { run, state, clock } = upkeepWorld();
    const spoke = async () => {
      state.called.length = 0;
      await run();
      return state.called.includes('markSilent');
    };
    clock.advance(40 * 60_000);
    await expect(spoke()).resolves.toBe(false);
    const silence = state.remembered.at(-1);
    state.pulse = { activeSubscriptions: 100, newestSeenAt: clock.now(), ...silence };
    await expect(spoke()).resolves.toBe(false);
    const resumed = state.remembered.at(-1);
    expect(resumed).toEqual({ silenceSince: undefined, resumedAt: clock.now() });
    clock.advance(HOUR_MS - 1);
    state.pulse = { activeSubscriptions: 100, newestSeenAt: clock.now(), ...resumed };
    await expect(spoke()).resolves.toBe(false);
    clock.advance(1);
    await expect(spoke()).resolves.toBe(true);
  });

  test('speaks after two intervals of silence: then Exchange has forgotten everybody', async () => {
    const { run, state, clock } = upkeepWorld();
    state.pulse = {
      activeSubscriptions: 100,
      newestSeenAt: clock.now(),
      silenceSince: clock.now() + 40 * 60_000,
    };
    clock.advance(40 * 60_000 + HOUR_MS - 1);
    await run();
    expect(state.called).not.toContain('markSilent');
    clock.advance(1);
    await run();
    expect(state.called).toContain('markSilent');
  });

  test('takes the silence of a handful of mailboxes for what it is', async () => {
    const { run, state, clock } = upkeepWorld();
    state.pulse = { activeSubscriptions: 4, newestSeenAt: clock.now() };
    clock.advance(2 * HOUR_MS);
    await run();
    expect(state.called).toContain('markSilent');
  });
});

test('a part that fails keeps none of the others from their turn', async () => {
  const { run, state, recorded } = upkeepWorld();
  state.failing = { method: 'newestKeyPairCreatedAt', error: new DependencyUnavailable('database', 'Down') };
  await expect(run()).resolves.toEqual(['keys']);
  expect(state.called).toEqual(expect.arrayContaining(['pulse', 'owed', 'wakesDue', 'deleteExpired']));
  expect(recorded.count('UpkeepFailed')).toBe(1);
});
