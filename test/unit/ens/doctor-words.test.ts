import { describe, expect, test } from '@jest/globals';
import { summaryOf } from '../../../bin/ens/commands/doctor.ts';
import { judgeSilence } from '../../../bin/ens/doctor/probe.ts';

const LINK = 'https://ens.example.com/api/ens';

describe('silence of Exchange', () => {
  test.each([1_000, 119_000])('of %d ms is no finding, because a heartbeat may take longer', (waitedMs) => {
    expect(judgeSilence(waitedMs, LINK).verdict).toBe('skipped');
  });

  test('of two minutes or more means that Exchange cannot reach ENS', () => {
    const { verdict, reason, nextStep } = judgeSilence(120_000, LINK);
    expect(verdict).toBe('failed');
    expect(reason).toMatch(/Exchange cannot reach ENS/);
    expect(nextStep).toMatch(
      /^Let every Exchange Mailbox server open connections to ens\.example\.com, port 443;/,
    );
  });
});

describe('the summary of the doctor', () => {
  const of = (...verdicts: readonly ('ok' | 'failed' | 'skipped')[]) =>
    summaryOf(verdicts.map((verdict) => ({ verdict })));

  test('says how many checks were made', () => {
    expect(of('ok', 'skipped', 'skipped')).toBe(
      '1 of 3 checks made; all of them are well. 2 skipped: each says what it needs.',
    );
    expect(of('ok', 'ok')).toBe('2 of 2 checks made; all of them are well.');
  });

  test('begins with the first that failed', () => {
    expect(of('ok', 'failed')).toBe('2 of 2 checks made, 1 failed; begin with the first.');
  });
});
