import { expect, test } from '@jest/globals';
import { md4 } from '../../../local/exchange/auth/md4.ts';
import { provesPassword } from '../../../local/exchange/auth/ntlm.ts';
import {
  canonicalId,
  compressId,
  exchangeSubscriptionId,
  folderId,
  itemId,
  watermark,
} from '../../../local/exchange/mailbox/ids.ts';
import { retryOffsetsMs } from '../../../local/exchange/notify/retries.ts';

const GUID = '0d4f3c11-9a2b-4c44-8b1e-77aabb00ccdd';
const DATABASE = Buffer.from('00000000111122223333444444445555', 'hex');

test('gives items and folders ids of the real lengths', () => {
  expect(itemId(GUID, DATABASE, 1, 2)).toMatch(/^AAMk.{147}=$/);
  expect(folderId(GUID, DATABASE, 1)).toMatch(/^AAMk.{116}$/);
});

test('writes the same id compressed and reads it back', () => {
  const id = itemId(GUID, DATABASE, 0x0a01, 0x0101);
  const compressed = compressId(id);
  expect(compressed).toMatch(/^AQMk/);
  expect(canonicalId(compressed)).toBe(id);
  expect(canonicalId(id)).toBe(id);
});

test('compresses a run to the byte twice and the count of the others', () => {
  const id = Buffer.from([0, 7, 7, 7, 7, 8, 9, 9]).toString('base64');
  expect([...Buffer.from(compressId(id), 'base64')]).toEqual([1, 7, 7, 2, 8, 9, 9, 0]);
});

test('gives watermarks of 40 characters that grow', () => {
  expect(watermark(DATABASE, 1n)).toHaveLength(40);
  expect(Buffer.from(watermark(DATABASE, 258n), 'base64').readBigUInt64LE(20)).toBe(258n);
});

test('puts server, time and mailbox into subscription ids', () => {
  const bytes = Buffer.from(
    exchangeSubscriptionId('exch01.example.com', Date.UTC(2026, 0, 1), GUID),
    'base64',
  );
  expect(bytes.readUInt16LE(0)).toBe(18);
  expect(bytes.readBigUInt64LE(2 + 18 + 4 + 16)).toBe(639_028_224_000_000_000n);
  expect(bytes.subarray(-16).toString('hex')).toBe(GUID.replaceAll('-', ''));
});

test.each([
  [1, 'offsets', [30, 60]],
  [1, 'gaps', [30]],
  [10, 'offsets', [30, 60, 120, 240, 480]],
  [60, 'offsets', [30, 60, 120, 240, 480, 960, 1920]],
] as const)('retries for StatusFrequency %i read as %s', (minutes, reading, seconds) => {
  expect(retryOffsetsMs(minutes, reading)).toEqual(seconds.map((s) => s * 1_000));
});

test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    'e33b4ddc9c38f2199c3e7b164fcc0536',
  ],
])('computes the MD4 of "%s" as RFC 1320 gives it', (text, digest) => {
  expect(md4(Buffer.from(text)).toString('hex')).toBe(digest);
});

test('accepts the NTLMv2 answer of MS-NLMP 4.2.4, and no other', () => {
  const proof = '68cd0ab851e51c96aabc927bebef6a1c';
  const blob = `0101000000000000${'00'.repeat(8)}${'aa'.repeat(8)}0000000002000c0044006f006d00610069006e0001000c0053006500720076006500720000000000${'00'.repeat(4)}`;
  const answer = { username: 'User', domain: 'Domain', ntResponse: Buffer.from(proof + blob, 'hex') };
  const challenge = Buffer.from('0123456789abcdef', 'hex');
  expect(provesPassword(answer, 'Password', challenge)).toBe(true);
  expect(provesPassword(answer, 'password', challenge)).toBe(false);
  expect(provesPassword({ ...answer, username: 'Other' }, 'Password', challenge)).toBe(false);
  expect(provesPassword(answer, 'Password', Buffer.alloc(8))).toBe(false);
  expect(provesPassword({ ...answer, ntResponse: Buffer.alloc(24) }, 'Password', challenge)).toBe(false);
});
