import { expect, test } from '@jest/globals';
import { runFaults } from '../support/fault-run/run.ts';
import { useWorld } from '../support/world.ts';

/** 1: 500 mailboxes, 5,000 mails, a burst of 2,000 callbacks. Smaller for a quick look only. */
const SCALE = Number(process.env.ENS_FAULT_RUN_SCALE ?? '1');
const SEED = Number(process.env.ENS_FAULT_RUN_SEED ?? '20261122');

const world = useWorld({ maxProcesses: 8 });

test('a day on which everything fails once loses no mail, no phone and no subscription', async () => {
  const report = await runFaults(world(), {
    seed: SEED,
    mailboxes: Math.round(500 * SCALE),
    mails: Math.round(5_000 * SCALE),
    burst: Math.round(2_000 * SCALE),
    trace: process.env.ENS_FAULT_RUN_TRACE === '1',
  });
  process.stdout.write(`fault run, seed ${SEED}: ${JSON.stringify(report, null, 1)}\n`);
  expect(report.missed).toBe(0);
  expect(report.wrongPhone).toBe(0);
  expect(report.secondAlerts / report.owed).toBeLessThan(0.01);
  expect(report.subscribed).toBe(report.mailboxes);
  expect(report.lostWithoutNeed).toBe(0);
  expect(report.gaveUp).toBe(0);
  expect(report.failedLogonsMost).toBeLessThanOrEqual(2);
  expect(report.leaks).toEqual([]);
}, 600_000);
