import { expect, jest, test } from '@jest/globals';
import { WAKE_PACE } from '#contract';
import { EVERYBODY_SECONDS, RETURN_SECONDS, UPKEEP_SECONDS } from '../../../bin/ens/plan/load.ts';
import { makePlan } from '../../../bin/ens/plan/plan.ts';
import { BUSIEST_SHARE, DAY_PROFILE, DAY_SECONDS, type Rates } from '../../../bin/ens/plan/rates.ts';
import { simulateCallbacks } from '../../support/load-simulation/callbacks.ts';
import { simulateRestore } from '../../support/load-simulation/restore.ts';

const MILLION: Rates = {
  mailboxes: 1_000_000,
  mails: 40,
  reads: 40,
  moves: 40,
  devicesPerMailbox: 1,
  checkInsPerDevice: 2,
  statusFrequencyMinutes: 30,
  hosts: 1,
};
const plan = makePlan(MILLION, 'us-east-1');
const gateway = {
  perSecond: plan.settings.callbackRatePerSecond ?? 0,
  burst: plan.settings.callbackBurst ?? 0,
};
const MINUTE = 60;
// Millions of events take seconds, and many times that on a machine that is busy with other tests.
jest.setTimeout(180_000);

/** `value` lies within a share of `expected`. */
function expectAbout(value: number, expected: number, within: number): void {
  expect(Math.abs(value / expected - 1)).toBeLessThan(within);
}

test('the busiest hour of 1,000,000 mailboxes is as busy as the plan says', () => {
  const { busiest } = plan;
  const seen = simulateCallbacks({
    rates: MILLION,
    seed: 1,
    shareAt: () => BUSIEST_SHARE,
    warmUpSeconds: 5 * MINUTE,
    seconds: 2 * MINUTE,
    gateway,
  });
  expectAbout(seen.callbacks, busiest.callbacksPerSecond, 0.02);
  expectAbout(seen.pushes, busiest.pushesPerSecond, 0.02);
  expectAbout(seen.ews, busiest.ewsPerSecond, 0.02);
  expectAbout(seen.atOnce.mean, busiest.callbacksAtOnce.mean, 0.02);
  expectAbout(seen.atOnce.high, busiest.callbacksAtOnce.high, 0.03);
  expect(seen.refused).toBe(0);
});

test('a mail to all 1,000,000 mailboxes in the busiest hour passes with the settings of the plan', () => {
  const { everybody, needs } = plan;
  const seen = simulateCallbacks({
    rates: MILLION,
    seed: 2,
    shareAt: () => BUSIEST_SHARE,
    warmUpSeconds: 5 * MINUTE,
    seconds: MINUTE,
    gateway,
    everybody: { overSeconds: EVERYBODY_SECONDS },
  });
  expectAbout(seen.callbacks, everybody.callbacksPerSecond, 0.03);
  expectAbout(seen.ews, everybody.ewsPerSecond, 0.03);
  expect(seen.atOnce.high).toBeLessThan(needs.callbacksAtOnce);
  expect(seen.refused).toBe(0);
});

test('half the callback rate that the plan asks for turns callbacks away', () => {
  const { refused } = simulateCallbacks({
    rates: { ...MILLION, mailboxes: 50_000 },
    seed: 3,
    shareAt: () => BUSIEST_SHARE,
    warmUpSeconds: 5 * MINUTE,
    seconds: MINUTE,
    gateway: { perSecond: gateway.perSecond / 40, burst: gateway.burst / 40 },
  });
  expect(refused).toBeGreaterThan(100);
});

test('a whole day of mailboxes has the callbacks and heartbeats of the plan', () => {
  const mailboxes = 3_000;
  const { mean, rates } = makePlan({ ...MILLION, mailboxes }, 'us-east-1');
  const seen = simulateCallbacks({
    rates: { ...MILLION, mailboxes },
    seed: 4,
    shareAt: (at) => DAY_PROFILE[Math.floor(at / 3_600) % 24] ?? 0,
    warmUpSeconds: 0,
    seconds: DAY_SECONDS,
    gateway,
  });
  expectAbout(seen.callbacks, mean.callbacksPerSecond, 0.05);
  expectAbout(seen.heartbeats, (rates.heartbeats * mailboxes) / DAY_SECONDS, 0.15);
});

test('a restore of 1,000,000 mailboxes takes as long, and as many functions, as the plan says', () => {
  const { storm, needs, settings } = plan;
  const seen = simulateRestore({
    rates: MILLION,
    seed: 5,
    pace: { ...WAKE_PACE, runSeconds: UPKEEP_SECONDS },
    returnSeconds: RETURN_SECONDS,
    gateway: { perSecond: settings.registerRatePerSecond ?? 0, burst: settings.registerBurst ?? 0 },
  });
  expect(seen.registered).toBe(1_000_000);
  expectAbout(seen.hours, storm.hours, 0.02);
  expect(seen.refusedShare).toBeLessThan(0.001);
  expect(seen.atOnce.high).toBeLessThanOrEqual(needs.registrationsAtOnce);
  expect(seen.atOnce.high).toBeGreaterThan(0.8 * storm.registrationsAtOnce);
});

test('a restore with the default register rate turns phones away and still registers all of them', () => {
  const seen = simulateRestore({
    rates: { ...MILLION, mailboxes: 5_000 },
    seed: 6,
    pace: { ...WAKE_PACE, runSeconds: UPKEEP_SECONDS },
    returnSeconds: RETURN_SECONDS,
    gateway: { perSecond: 20, burst: 50 },
  });
  expect(seen.registered).toBe(5_000);
  expect(seen.refusedShare).toBeGreaterThan(0.1);
});
