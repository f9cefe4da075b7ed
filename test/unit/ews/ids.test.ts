import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalId, folderIdSha256 } from '#adapters/ews/folder-id.ts';
import { fixtureId } from '../../support/ews-fixtures.ts';

/** Second reading of MS-OXCEXT 3.1.4.5, as a writer: runs become two bytes and a count less two. */
function compress(bytes: Uint8Array, longestRun = 257): string {
  const out = [1];
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    let run = 1;
    while (run < longestRun && bytes[at + run] === byte) run += 1;
    out.push(...(run === 1 ? [byte] : [byte, byte, run - 2]));
    at += run;
  }
  return Buffer.from(out).toString('base64');
}

function plain(bytes: Uint8Array): string {
  return Buffer.concat([Buffer.of(0), bytes]).toString('base64');
}

/** Few different values, so that runs of every length occur. */
const payload = fc
  .array(fc.tuple(fc.constantFrom(0, 1, 2, 0x24, 255), fc.integer({ min: 1, max: 300 })), {
    minLength: 1,
    maxLength: 3,
  })
  .map((runs) => Uint8Array.from(runs.flatMap(([byte, length]) => Array<number>(length).fill(byte))))
  .filter((bytes) => bytes.length <= 1024);

describe('the canonical form of an Exchange id', () => {
  test('is the same for the plain and the compressed spelling of the Inbox', () => {
    expect(fixtureId('inbox').slice(0, 4)).toBe('AAMk');
    expect(fixtureId('inboxCompressed').slice(0, 4)).toBe('AQMk');
    expect(canonicalId(fixtureId('inboxCompressed'))).toEqual(canonicalId(fixtureId('inbox')));
    expect(folderIdSha256(fixtureId('inboxCompressed'))).toEqual(folderIdSha256(fixtureId('inbox')));
    expect(folderIdSha256(fixtureId('inbox'))).not.toEqual(folderIdSha256(fixtureId('deletedItems')));
  });

  test('is the bytes behind the id, whatever runs they hold', () => {
    fc.assert(
      fc.property(payload, (bytes) => {
        expect(canonicalId(plain(bytes))).toEqual(bytes);
        expect(canonicalId(compress(bytes))).toEqual(bytes);
        expect(folderIdSha256(compress(bytes))).toEqual(
          new Uint8Array(createHash('sha256').update(bytes).digest()),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('does not depend on how a writer cuts long runs', () => {
    const bytes = new Uint8Array(600).fill(7);
    expect(canonicalId(compress(bytes, 2))).toEqual(bytes);
    expect(canonicalId(compress(bytes, 100))).toEqual(bytes);
  });

  test.each([
    ['nothing', ''],
    ['a compression byte alone', 'AQ=='],
    ['the opaque id of another server', 'AAB4ZXhhbXBsZS1pbmJveC0wMDAx='],
    ['an id that is no base64', 'inbox!'],
    ['base64 with line breaks', 'AAMk\nAAMk'],
    ['base64 without its padding', 'AAMkAA'],
    ['a compression that nobody knows', Buffer.of(2, 3, 0x24).toString('base64')],
    ['a run without its count', Buffer.of(1, 3, 7, 7).toString('base64')],
    ['bytes beyond the length of any id', plain(new Uint8Array(1025))],
    ['a run that unfolds beyond the length of any id', compress(new Uint8Array(1025))],
  ])('of %s is the text as given', (_name, id) => {
    expect(canonicalId(id)).toBe(id);
    expect(folderIdSha256(id)).toEqual(new Uint8Array(createHash('sha256').update(id).digest()));
  });

  test('never takes long, however the bytes were chosen', () => {
    const bomb = Buffer.concat([Buffer.of(1), Buffer.alloc(1024, 0xff)]).toString('base64');
    expect(canonicalId(bomb)).toBe(bomb);
    for (let round = 0; round < 1_000; round += 1) {
      const id = Buffer.concat([Buffer.of(1), randomBytes(300)]).toString('base64');
      const canonical = canonicalId(id);
      expect(canonical === id || canonical.length <= 1024).toBe(true);
    }
  });
});
