import { describe, expect, test } from '@jest/globals';
import { adviseOn, readRunbook, SECTIONS_REFERRED_TO } from '../../local/console/runbook.ts';

const runbook = readRunbook();

describe('what the console says of a failed hop', () => {
  test.each(SECTIONS_REFERRED_TO.map((section) => [section]))(
    'the runbook has the section “%s”',
    (section) => {
      expect(runbook.get(section)?.length).toBeGreaterThan(40);
    },
  );

  test.each([
    ['ews', '401', '2 Exchange says 401'],
    ['ews', '403', 'exchange-blocked'],
    ['ews', 'ErrorServerBusy', '7 Exchange is busy, slow or silent'],
    ['ews', 'ErrorProxyRequestNotAllowed', '8 a mailbox was moved'],
    ['database', 'DatabaseUnavailableException', 'database-unavailable'],
    ['gateway', '503 callback', 'callbacks-repeated'],
    ['gateway', '422 EWS_URL_REFUSED ', '5 wrong EWS URL'],
    ['function', 'owner-mismatch', 'owner-mismatch'],
    ['function', 'announced-without-content', '9 "New message" alone'],
    ['function', 'credentials-refused', '9 "New message" alone'],
  ] as const)('%s that answers %s leads to “%s”', (place, answer, section) => {
    expect(adviseOn(runbook, place, answer)?.section).toBe(section);
  });

  test('where the runbook knows nothing, nothing is made up', () => {
    expect(adviseOn(runbook, 'phone', 'anything')).toBeUndefined();
  });
});
