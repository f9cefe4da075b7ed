import { expect, test } from '@jest/globals';
import { asId, type EndpointId, type SubscriptionId } from '#domain/model/ids.ts';
import type { OwedMailbox } from '#domain/ports/upkeep-store.ts';
import { device } from '../../support/callback-world.ts';
import { testUuid } from '../../support/memory/clock.ts';
import { upkeepWorld } from '../../support/upkeep-world.ts';

const owed = (n: number): OwedMailbox => ({
  subscriptionId: asId<SubscriptionId>(testUuid(n)),
  devices: [device(n)],
});
const many = (count: number) => Array.from({ length: count }, (_, n) => owed(n));

/** SNS answers nobody: every call ends with the time-out of the sender. */
function hangingSns() {
  const world = upkeepWorld();
  world.state.callsTakeMs = 3_000;
  world.push.always = { kind: 'later', code: 'TimeoutError' };
  return world;
}

test('a hanging SNS costs upkeep seconds, and every other part has its turn', async () => {
  const { run, state, clock } = hangingSns();
  state.owed = many(1_000);
  const startedAt = clock.now();
  await expect(run()).resolves.toEqual(['owed']);
  expect(clock.now() - startedAt).toBeLessThan(10_000);
  expect(state.called).toEqual(expect.arrayContaining(['pulse', 'wakesDue', 'deleteExpired']));
});

test('pending notifications that failed do not keep the others waiting in the next runs', async () => {
  const { run, state, push } = hangingSns();
  state.owed = many(100);
  await run();
  push.always = undefined;
  for (const { devices } of many(20)) {
    push.outcomes.set(devices[0]?.endpointArn ?? '', Array(50).fill({ kind: 'misconfigured', code: 'X' }));
  }
  await run();
  expect(state.paid).toHaveLength(80);
});

test('a slow SNS is asked for several mailboxes at once, and what was sent is noted', async () => {
  const { run, state, clock } = upkeepWorld();
  state.callsTakeMs = 2_000;
  state.owed = many(140);
  const startedAt = clock.now();
  await expect(run()).resolves.toEqual([]);
  expect(state.paid).toHaveLength(140);
  expect(clock.now() - startedAt).toBeLessThan(40_000);
});

test('no part takes more than its share of the time, even within one batch', async () => {
  const { run, state, clock } = upkeepWorld();
  state.callsTakeMs = 5_000;
  state.owed = many(1_000);
  state.wakes = many(500).map((mailbox) => ({ ...mailbox, stage: 0 }));
  state.disabled = Array.from({ length: 500 }, (_, n) => ({
    id: asId<EndpointId>(testUuid(n)),
    endpointArn: `arn:${n}`,
    platform: 'apns' as const,
  }));
  const startedAt = clock.now();
  await run();
  expect(clock.now() - startedAt).toBeLessThanOrEqual(200_000);
  expect(state.paid.length).toBeGreaterThan(0);
  expect(state.woken.length).toBeGreaterThan(0);
  expect(state.forgotten.length).toBeGreaterThan(0);
});

test('a phone that a wake did not reach is woken by the next run, at the same stage', async () => {
  const { run, state, clock } = hangingSns();
  state.wakes = [{ ...owed(1), stage: 1 }];
  await run();
  expect(state.woken.at(-1)).toEqual({ stage: 1, nextAt: clock.now() + 240_000, count: 1 });
});
