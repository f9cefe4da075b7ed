import { expect, test } from '@jest/globals';
import { openKeyId, sealKeyId } from '#adapters/jose/preview-key-id.ts';

const KEY = new Uint8Array(32).fill(1);

test('a key id is sealed differently each time, shows nothing of itself, and opens again', () => {
  const [one, other] = [sealKeyId(KEY, 'anns-phöne'), sealKeyId(KEY, 'anns-phöne')];
  expect(one).not.toBe(other);
  expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('anns');
  expect([openKeyId(KEY, one), openKeyId(KEY, other)]).toEqual(['anns-phöne', 'anns-phöne']);
  expect(openKeyId(KEY, sealKeyId(KEY, ''))).toBe('');
});

test('a key id does not open under another key, altered, cut, or stored before it was sealed', () => {
  const sealed = sealKeyId(KEY, 'phone-1');
  const other = new Uint8Array(32).fill(2);
  const altered = `${sealed.startsWith('A') ? 'B' : 'A'}${sealed.slice(1)}`;
  for (const [key, text] of [
    [other, sealed],
    [KEY, altered],
    [KEY, sealed.slice(0, -2)],
    [KEY, 'phone-1'],
    [KEY, ''],
  ] as const)
    expect(openKeyId(key, text)).toBeUndefined();
});
