import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readBody } from '#runtime/read-body.ts';
import { registerBody } from '../../../lambdas/register/request-schema.ts';
import { hostileText } from '../../support/hostile-text.ts';

const COORDINATE = 'A'.repeat(43);

function request(changes: {
  readonly id?: string;
  readonly kid?: string;
  readonly kty?: 'EC' | 'OKP';
}): Buffer {
  const { id = 'phone-1', kid, kty = 'EC' } = changes;
  const key =
    kty === 'EC'
      ? { kty, crv: 'P-256', x: COORDINATE, y: COORDINATE }
      : { kty, crv: 'X25519', x: COORDINATE };
  return Buffer.from(
    JSON.stringify({
      device: { id, platform: 'apns', token: 'ab'.repeat(32) },
      credentials: 'a.b.c.d.e',
      preferences: { previewKey: { ...key, kid } },
    }),
  );
}

describe('texts of a registration that are stored', () => {
  test.each(['EC', 'OKP'] as const)('name the field where a %s key has a kid with U+0000', (kty) => {
    expect(readBody(request({ kty, kid: 'a\u0000b' }), registerBody)).toMatchObject({
      ok: false,
      refusal: { code: 'REQUEST_INVALID', extra: { field: 'preferences.previewKey.kid' } },
    });
  });

  test('are visible ASCII or refused, whatever is sent', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.string({ minLength: 1 })), (text) => {
        const fits = text !== '' && text.length <= 128 && !/[^\x21-\x7e]/.test(text);
        expect(readBody(request({ kid: text }), registerBody).ok).toBe(fits);
        expect(readBody(request({ id: text }), registerBody).ok).toBe(fits);
      }),
    );
  });
});
