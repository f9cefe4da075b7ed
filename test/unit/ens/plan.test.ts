import { describe, expect, test } from '@jest/globals';
import { makePlan } from '../../../bin/ens/plan/plan.ts';
import { DAY_PROFILE, type Rates } from '../../../bin/ens/plan/rates.ts';
import { runEns } from '../../support/ens-cli.ts';

const RATES: Rates = {
  mailboxes: 1_000,
  mails: 40,
  reads: 40,
  moves: 40,
  devicesPerMailbox: 1,
  checkInsPerDevice: 0,
  statusFrequencyMinutes: 30,
  hosts: 1,
};

function planOf(mailboxes: number, region = 'eu-central-1') {
  return makePlan({ ...RATES, mailboxes }, region);
}

describe('a plan', () => {
  test('spreads a day over 24 hours without losing any of it', () => {
    expect(DAY_PROFILE).toHaveLength(24);
    expect(DAY_PROFILE.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
  });

  test('of 1,000 mailboxes needs no more of AWS than every account has', () => {
    const { raise, parts } = planOf(1_000);
    expect({ raise, parts }).toEqual({ raise: [], parts: { count: 1, because: [] } });
  });

  test('names the SNS rate of the region as what has to be raised', () => {
    const quotas = (region: string) => planOf(200_000, region).raise.map(({ quota }) => quota);
    expect(quotas('eu-west-2')).toContain('SNS: messages per second');
    expect(quotas('eu-west-1')).not.toContain('SNS: messages per second');
  });

  test('divides what no single deployment carries, and each part carries its own', () => {
    const { parts, part } = planOf(10_000_000);
    expect(parts.count).toBeGreaterThan(1);
    expect(parts.because.join()).toMatch(/database.*callbacks.*restore/);
    expect(part.settings.callbackRatePerSecond).toBeLessThanOrEqual(10_000);
    expect(part.settings.databaseMaxCapacity).toBeLessThanOrEqual(256);
    expect(part.storm.hours).toBeLessThanOrEqual(24);
  });

  test('takes the heartbeats that it is given, and spreads them over the quiet hours', () => {
    const { rates, mean } = makePlan({ ...RATES, heartbeats: 20 }, 'eu-central-1');
    expect(rates.heartbeats).toBe(20);
    expect(mean.callbacksPerSecond * 86_400).toBeCloseTo(1_000 * 140, 3);
  });

  test('bills a mailbox about what the bench does, with its 140 callbacks a day', () => {
    const at = (mailboxes: number) => makePlan({ ...RATES, mailboxes, heartbeats: 20 }, 'us-east-1');
    const { bill } = at(1_000);
    const { database, 'storage, keys, alarms': storage, ...variable } = bill;
    const each = Object.values(variable).reduce((sum, dollars) => sum + dollars, 0) / 1_000;
    // The bench leaves renewals out.
    expect(each).toBeGreaterThan(0.0125);
    expect(each).toBeLessThan(0.0131);
    expect(database).toBeCloseTo(43.8, 0);
    expect(storage).toBeGreaterThan(5);
  });
});

describe('ens plan', () => {
  test('needs no deployment and prints every part of the plan', async () => {
    const { code, out, err } = await runEns('plan', '--mailboxes', '5000', '--region', 'eu-central-1');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const part of [
      /^5,000 mailboxes in eu-central-1/,
      /^callbacks +\d/m,
      /^Aurora capacity units +\d/m,
      /All phones register after a restore/,
      /One deployment carries this\./,
      /^ {2}registerRatePerSecond: \d+$/m,
      /^total +\d/m,
      /for each mailbox\.$/m,
    ])
      expect(out).toMatch(part);
  });

  test('prints the same as JSON', async () => {
    const { out } = await runEns('plan', '--mailboxes', '5000', '--json');
    expect(JSON.parse(out)).toMatchObject({
      region: 'us-east-1',
      parts: { count: 1 },
      total: expect.any(Number),
    });
  });

  test.each([
    [[], /--mailboxes is missing/],
    [['--mailboxes', 'many'], /--mailboxes is missing, or no number/],
    [['--mailboxes', '5', '--devices', '21'], /--devices is 20 at most/],
  ])('refuses %j and says why', async (args, sentence) => {
    const { code, err } = await runEns('plan', ...args);
    expect(err).toMatch(sentence);
    expect(code).toBe(2);
  });
});
