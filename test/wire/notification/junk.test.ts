import { describe, expect, test } from '@jest/globals';
import { readNotification } from '#adapters/ews/incoming/read-notification.ts';
import type { IncomingNotification } from '#domain/model/mailbox-event.ts';
import { ewsFixture } from '../../support/ews-fixtures.ts';
import {
  bytes,
  costLine,
  costOf,
  deep,
  encodedOf,
  hugeAttributes,
  JUNK_SEED,
  mutantOf,
  sampleOf,
  shareOf,
  soup,
} from '../../support/junk.ts';

const SLOWEST_MS = 50;
/** A second each where the machine is idle; what is judged is CPU time, so a busy one may take its time. */
const TIMEOUT_MS = 90_000;

const REASONS = new Set(['too-large', 'doctype', 'too-deep', 'malformed', 'not-a-notification']);
const VALID = [
  'exchange-new-mail.xml',
  'exchange-moved-and-deleted.xml',
  'exchange-error-hidden.xml',
  'exchange-2007-status.xml',
  'workmail-status.xml',
  'other-server-several-messages.xml',
].map((name) => ewsFixture(name));

/** Together 99,000; the last three are large, and dear to make. */
const KINDS = [
  ['markup in any order', 32_000, (count: number) => sampleOf(soup, count)],
  ['bytes of any kind', 32_000, (count: number) => sampleOf(bytes, count)],
  ['real requests with wounds', 32_000, (count: number) => sampleOf(mutantOf(VALID), count)],
  ['elements nested without end', 1_000, (count: number) => sampleOf(deep, count)],
  ['attributes without end', 1_000, (count: number) => sampleOf(hugeAttributes, count)],
  ['real requests in wrong encodings', 1_000, (count: number) => sampleOf(encodedOf(VALID), count)],
] as const;

describe('99,000 documents that nobody meant', () => {
  test.each(KINDS)(
    '%s (%i) are each answered with a value, fast',
    async (name, count, make) => {
      const asSent: number[] = [];
      const atBest: number[] = [];
      let read = 0;
      for (const document of make(count)) {
        let result: IncomingNotification | undefined;
        const { first, best } = await costOf(() => {
          // CPU time, since other processes share the machine.
          const start = process.cpuUsage();
          result = readNotification(document);
          const { user, system } = process.cpuUsage(start);
          return (user + system) / 1000;
        });
        asSent.push(first);
        atBest.push(best);
        if (result?.kind === 'notification') read += 1;
        else if (!REASONS.has(result?.reason ?? '')) throw new Error(`no such reason: ${result?.reason}`);
      }
      const line = `${name}: seed ${JUNK_SEED}, ${asSent.length} documents, ${read} readable, ${costLine(asSent, atBest)}`;
      process.stdout.write(`${line}\n`);
      expect(asSent).toHaveLength(count);
      expect([line, shareOf(atBest, 0.999) < SLOWEST_MS]).toEqual([line, true]);
    },
    TIMEOUT_MS,
  );

  test('are 99,000', () => {
    expect(KINDS.reduce((sum, [, count]) => sum + count, 0)).toBe(99_000);
  });
});
