/** Who sends a push message, as RFC 8292 has a push service check it. */
import { createPublicKey, verify } from 'node:crypto';

/** Status and reason of a refusal; undefined where the header is right. `nowMs` is the world's clock. */
export function refuseVapid(
  header: string | undefined,
  origin: string,
  nowMs: number,
): { readonly status: 401 | 403; readonly reason: string } | undefined {
  const parts = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+),\s*k=([\w-]{87})$/.exec(header ?? '');
  if (parts === null) return { status: 401, reason: 'no vapid authorization' };
  const [, head = '', claims = '', signature = '', key = ''] = parts;
  if (!isSigned(`${head}.${claims}`, signature, key))
    return { status: 403, reason: 'BadJwtToken: signature' };
  const { aud, exp, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
  if (aud !== origin) return { status: 403, reason: 'BadJwtToken: aud' };
  const secondsLeft = typeof exp === 'number' ? exp - nowMs / 1_000 : -1;
  if (secondsLeft <= 0 || secondsLeft > 86_400) return { status: 403, reason: 'BadJwtToken: exp' };
  if (typeof sub !== 'string' || !/^(?:mailto:[^@\s]+@[^@\s]+\.[^@\s]+|https:\/\/[^/\s]+\.\S+)$/.test(sub))
    return { status: 403, reason: 'BadJwtToken: sub' };
  return undefined;
}

function isSigned(text: string, signature: string, key: string): boolean {
  const point = Buffer.from(key, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
  try {
    const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    return verify(
      'sha256',
      Buffer.from(text),
      { key: publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
  } catch {
    return false;
  }
}
