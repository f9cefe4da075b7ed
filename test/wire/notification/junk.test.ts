import { describe, expect, test } from '@jest/globals';
import { readNotification } from '#adapters/ews/incoming/read-notification.ts';
import { ewsFixture } from '../../support/ews-fixtures.ts';
import {
  bytes,
  deep,
  encodedOf,
  hugeAttributes,
  JUNK_SEED,
  mutantOf,
  percentile,
  sampleOf,
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

interface Measured {
  readonly read: number;
  readonly sorted: Float64Array;
}

/** Feeds the documents one by one; CPU time of each, since other processes share the machine. */
function feed(documents: Iterable<string | Uint8Array>): Measured {
  const times: number[] = [];
  let read = 0;
  for (const document of documents) {
    const start = process.cpuUsage();
    const result = readNotification(document);
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
    if (result.kind === 'notification') read += 1;
    else if (!REASONS.has(result.reason)) throw new Error(`no such reason: ${result.reason}`);
  }
  return { read, sorted: Float64Array.from(times).sort() };
}

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
    (name, count, make) => {
      const { read, sorted } = feed(make(count));
      const slowest = percentile(sorted, 0.999);
      const line = `${name}: seed ${JUNK_SEED}, ${sorted.length} documents, ${read} readable, p99.9 ${slowest.toFixed(2)} ms, worst ${percentile(sorted, 1).toFixed(2)} ms of CPU`;
      process.stdout.write(`${line}\n`);
      expect(sorted.length).toBe(count);
      expect([line, slowest < SLOWEST_MS]).toEqual([line, true]);
    },
    TIMEOUT_MS,
  );

  test('are 99,000', () => {
    expect(KINDS.reduce((sum, [, count]) => sum + count, 0)).toBe(99_000);
  });
});
