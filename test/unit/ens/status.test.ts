import { describe, expect, test } from '@jest/globals';
import { asId, type KeyPairId } from '#domain/model/ids.ts';
import { problemsIn } from '../../../bin/ens/commands/status.ts';

const NOW = 1_000 * 86_400_000;
const HOUR = 3_600_000;
const PAIR = asId<KeyPairId>('00000000-0000-4000-8000-000000000001');

const WELL: Parameters<typeof problemsIn>[0] = {
  view: {
    mailboxes: 1,
    devices: 1,
    endpoints: { enabled: 1, disabled: 0 },
    subscriptions: { pending: 0, active: 1, superseded: 0, lost: 0, rejected: 0 },
    lostSince: 0,
    owed: 0,
    oldestSeenAt: NOW - HOUR,
    newestSeenAt: NOW,
  },
  keyPairs: [{ id: PAIR, createdAt: NOW - 40 * HOUR, subscriptions: 1 }],
  tokens: [{ id: PAIR, label: 'phones', createdAt: 0 }],
  now: NOW,
  statusFrequencyMinutes: 30,
  keyRotationMs: 24 * HOUR,
};

describe('what of a status needs somebody', () => {
  test('is nothing where all is well', () => {
    expect(problemsIn(WELL)).toEqual([]);
  });

  test.each<[string, Partial<typeof WELL>, RegExp]>([
    ['no key pair', { keyPairs: [] }, /no usable key pair.*ens upkeep run/],
    [
      'only a retired key pair',
      { keyPairs: [{ id: PAIR, createdAt: NOW, retiredAt: NOW, subscriptions: 0 }] },
      /no usable/,
    ],
    [
      'a key pair that nobody rotates',
      { keyPairs: [{ id: PAIR, createdAt: NOW - 49 * HOUR, subscriptions: 0 }] },
      /2 d old/,
    ],
    [
      'no valid token',
      { tokens: [{ id: PAIR, label: 'x', createdAt: 0, revokedAt: 1 }] },
      /no valid API token/,
    ],
    [
      'a silent subscription that upkeep overlooks',
      { view: { ...WELL.view, oldestSeenAt: NOW - 71 * 60_000 } },
      /silent for 71 min/,
    ],
    ['mails that nobody was told of', { view: { ...WELL.view, owed: 3 } }, /^3 mailboxes/],
  ])('names %s', (_what, change, sentence) => {
    expect(problemsIn({ ...WELL, ...change })).toEqual([expect.stringMatching(sentence)]);
  });
});
