import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createCallbackSeal } from '#adapters/jose/callback-seal.ts';
import { createCredentialsReader } from '#adapters/jose/credentials-reader.ts';
import { BUDGETS } from '#contract';
import type { SealedContent } from '#domain/model/credentials.ts';
import { asId, type SubscriptionId } from '#domain/model/ids.ts';
import type { RowHalf } from '#domain/model/subscription.ts';
import type { SealOutcome } from '#domain/ports/crypto.ts';
import { encryptForTest, makeTestKeyPair } from '../../support/jose.ts';
import { basic, bearer, certificate, SUBSCRIPTION } from '../../support/sealed-contents.ts';

const BITS = [0, 1, 2, 3, 4, 5, 6, 7] as const;
/** Half of all flips are still base64url and cost one RSA decryption each. */
const BITS_TIMEOUT_MS = 120_000;
const OTHER_SUBSCRIPTION = asId<SubscriptionId>('aaaaaaaa-0000-4000-8000-000000000002');
const pair = makeTestKeyPair();
const otherPair = makeTestKeyPair('22222222-2222-4222-8222-222222222222');
const seal = createCallbackSeal({ splittingAllowed: true });

const URL_START = `https://abcdefghij.execute-api.eu-central-1.amazonaws.com/api/ens/callback/${SUBSCRIPTION}.${'m'.repeat(22)}/`;
/** Exchange refuses URLs of 2083 characters and more. */
const ROOM = BUDGETS.callbackUrlCharacters - 1 - URL_START.length;

function succeeded(outcome: SealOutcome): Extract<SealOutcome, { ok: true }> {
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome;
}

async function sealIt(content: SealedContent, room = ROOM) {
  return succeeded(await seal.seal(content, pair, room));
}

function open(sealed: string, half: RowHalf, id = SUBSCRIPTION) {
  return seal.open(sealed, half, pair.handle, id);
}

const KINDS = [
  { name: 'small', content: basic(20) },
  { name: 'large', content: bearer() },
];

describe('what the two halves hold', () => {
  test('small credentials travel in the URL and leave only a random key in the row', async () => {
    const content = basic(20);
    const first = await sealIt(content);
    const second = await sealIt(content);
    expect(first.rowHalf).toEqual({ kind: 'inner-key', innerKey: expect.any(Uint8Array) });
    expect(first.rowHalf).not.toEqual(second.rowHalf);
    expect(first.sealedSha256).toEqual(new Uint8Array(createHash('sha256').update(first.sealed).digest()));
    expect(await open(first.sealed, first.rowHalf)).toEqual({ ok: true, content });
  });

  test.each([
    ['a 2.5 KB access token with its refresh token', bearer()],
    ['an RSA-4096 key with its certificate chain', certificate()],
  ])('%s stays in the row and its key travels in the URL', async (_name, content) => {
    const { sealed, rowHalf } = await sealIt(content);
    expect(rowHalf.kind).toBe('inner-jwe');
    expect(URL_START.length + sealed.length).toBeLessThan(BUDGETS.callbackUrlCharacters);
    expect(await open(sealed, rowHalf)).toEqual({ ok: true, content });
  });

  test('every segment is made of base64url and dots and names its key pair', async () => {
    for (const { content } of KINDS) {
      const { sealed } = await sealIt(content);
      expect(sealed).toMatch(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){4}$/);
      const header = JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString());
      expect(header.kid).toBe(pair.id);
    }
  });

  test('the header has the spelling that Exchange already holds in older URLs', async () => {
    const { sealed } = await sealIt(basic(1));
    const header = Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString();
    expect(header).toBe(
      '{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"11111111-1111-4111-8111-111111111111","typ":"ens-callback+1"}',
    );
  });
});

describe('the border of 2083 characters', () => {
  test('a segment that fits exactly travels whole, one character less of room splits it', async () => {
    const { sealed } = await sealIt(basic(40), 10_000);
    const fits = await sealIt(basic(40), sealed.length);
    expect([fits.rowHalf.kind, fits.sealed.length]).toEqual(['inner-key', sealed.length]);
    expect((await sealIt(basic(40), sealed.length - 1)).rowHalf.kind).toBe('inner-jwe');
  });

  test('the longest password that travels whole makes a URL just below 2083 characters', async () => {
    let longest = 0;
    let split = 600;
    while (split - longest > 1) {
      const middle = (longest + split) >> 1;
      if ((await sealIt(basic(middle))).rowHalf.kind === 'inner-key') longest = middle;
      else split = middle;
    }
    const whole = await sealIt(basic(longest));
    const wholeUrl = URL_START.length + whole.sealed.length;
    expect(wholeUrl).toBeLessThan(BUDGETS.callbackUrlCharacters);
    expect(wholeUrl).toBeGreaterThanOrEqual(BUDGETS.callbackUrlCharacters - 4);
    expect(longest).toBeGreaterThan(200);
    expect((await sealIt(basic(longest + 1))).rowHalf.kind).toBe('inner-jwe');
  });

  test('without splitting, what does not fit is too large', async () => {
    const plain = createCallbackSeal({ splittingAllowed: false });
    expect((await plain.seal(basic(40), pair, ROOM)).ok).toBe(true);
    expect(await plain.seal(bearer(), pair, ROOM)).toEqual({ ok: false, reason: 'too-large' });
  });

  test('a URL without room for a key, or a row without room for the content, is too large', async () => {
    expect(await seal.seal(bearer(), pair, 700)).toEqual({ ok: false, reason: 'too-large' });
    expect(await seal.seal(basic(40_000), pair, ROOM)).toEqual({ ok: false, reason: 'too-large' });
  });
});

describe.each(KINDS)('a $name segment', ({ content }) => {
  test('does not open for another subscription, though its row is copied there', async () => {
    const { sealed, rowHalf } = await sealIt(content);
    expect(await open(sealed, rowHalf, OTHER_SUBSCRIPTION)).toEqual({ ok: false, reason: 'binding' });
  });

  test('does not open with the half of another row', async () => {
    const { sealed } = await sealIt(content);
    const { rowHalf } = await sealIt(content);
    expect(await open(sealed, rowHalf)).toEqual({ ok: false, reason: 'unreadable' });
  });

  test('does not open with a changed half, so that no row can name another server', async () => {
    const { sealed, rowHalf } = await sealIt(content);
    for (const share of [0, 0.3, 0.6, 0.99]) {
      expect((await open(sealed, changedHalf(rowHalf, share))).ok).toBe(false);
    }
  });

  test('does not open with another key pair', async () => {
    const { sealed, rowHalf } = await sealIt(content);
    expect(await seal.open(sealed, rowHalf, otherPair.handle, SUBSCRIPTION)).toEqual({
      ok: false,
      reason: 'binding',
    });
  });

  test(
    'is refused with any single bit of any byte flipped',
    async () => {
      const { sealed, rowHalf } = await sealIt(content);
      const isRefused = async (at: number, bit: number): Promise<boolean> => {
        const flipped = Buffer.from(sealed, 'latin1');
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        return !(await open(flipped.toString('latin1'), rowHalf)).ok;
      };
      const opened: string[] = [];
      for (let at = 0; at < sealed.length; at += 1) {
        const refused = await Promise.all(BITS.map((bit) => isRefused(at, bit)));
        if (refused.includes(false)) opened.push(`character ${at}`);
      }
      expect(opened).toEqual([]);
    },
    BITS_TIMEOUT_MS,
  );

  test('is refused in every spelling but the one issued', async () => {
    const { sealed, rowHalf } = await sealIt(content);
    const parts = sealed.split('.');
    const respelled = parts.map((_, index) => [
      ...['=', '==', 'A', '%3D', ' ', '\n'].map((end) => swap(parts, index, (part) => part + end)),
      swap(parts, index, (part) => `${part.slice(0, 3)}\n${part.slice(3)}`),
      swap(parts, index, (part) => ` ${part}`),
      swap(parts, index, otherStrayBits),
      swap(parts, index, () => ''),
      swap(parts, index, (part) => part.replaceAll('-', '+').replaceAll('_', '/')),
    ]);
    const others = [
      ...respelled.flat(),
      `${sealed}.`,
      `.${sealed}`,
      `${sealed}.AAAA`,
      parts.slice(0, 4).join('.'),
      '',
      '.',
      '....',
    ];
    const different = others.filter((text) => text !== sealed);
    expect(different.length).toBeGreaterThan(40);
    for (const text of different) expect([text, (await open(text, rowHalf)).ok]).toEqual([text, false]);
    for (const text of [`${sealed}=`, `${sealed}.AAAA`, `${sealed}.`, parts.slice(0, 4).join('.')]) {
      expect(await open(text, rowHalf)).toEqual({ ok: false, reason: 'grammar' });
    }
  });

  test('does not open with a half that no row ever held', async () => {
    const { sealed } = await sealIt(content);
    const blank: RowHalf = { kind: 'inner-key', innerKey: new Uint8Array(32) };
    expect((await open(sealed, blank)).ok).toBe(false);
    expect((await open(sealed, { kind: 'inner-jwe', innerJwe: 'a..b.c.d' })).ok).toBe(false);
    const short: RowHalf = { kind: 'inner-key', innerKey: new Uint8Array(16) };
    expect((await open(sealed, short)).ok).toBe(false);
  });

  test('is of no use as the credentials of a registration', async () => {
    const { sealed } = await sealIt(content);
    expect(await createCredentialsReader().open(sealed, pair.handle)).toEqual({
      ok: false,
      reason: 'callback-seal',
    });
  });
});

describe('what is not a seal of ours', () => {
  test('a JWE of a client is refused by its type', async () => {
    const { rowHalf } = await sealIt(basic(20));
    const jwe = await encryptForTest({ email: 'ann@example.com' }, pair);
    expect(await open(jwe, rowHalf)).toEqual({ ok: false, reason: 'type' });
  });

  test('the type and the half that the row keeps have to agree', async () => {
    const small = await sealIt(basic(20));
    const large = await sealIt(bearer());
    expect(await open(small.sealed, large.rowHalf)).toEqual({ ok: false, reason: 'type' });
    expect(await open(large.sealed, small.rowHalf)).toEqual({ ok: false, reason: 'type' });
  });

  test('another algorithm or encryption is refused by type, a further member by grammar', async () => {
    const { sealed, rowHalf } = await sealIt(basic(20));
    const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: pair.id, typ: 'ens-callback+1' };
    const cases: readonly (readonly [object, string])[] = [
      [{ ...header, alg: 'RSA-OAEP' }, 'type'],
      [{ ...header, alg: 'dir' }, 'type'],
      [{ ...header, enc: 'A128GCM' }, 'type'],
      [{ ...header, typ: 'JWE' }, 'type'],
      [{ ...header, kid: otherPair.id }, 'binding'],
      [{ ...header, zip: 'DEF' }, 'grammar'],
      [{ typ: header.typ, kid: header.kid, enc: header.enc, alg: header.alg }, 'grammar'],
    ];
    for (const [changed, reason] of cases) {
      const encoded = Buffer.from(JSON.stringify(changed)).toString('base64url');
      const text = swap(sealed.split('.'), 0, () => encoded);
      expect(await open(text, rowHalf)).toEqual({ ok: false, reason });
    }
  });

  test('authentic content of another shape is unreadable', async () => {
    const shapes = [
      { ...basic(3), auth: { type: 'kerberos' } },
      { ...basic(3), auth: { type: 'ntlm', username: 'ann', password: 'p' } },
      { ...basic(3), ewsUrl: 7 },
      { ...bearer(), auth: { type: 'bearer', accessToken: 'a', expiresAt: 'b', refresh: {} } },
    ];
    for (const shape of shapes) {
      const whole = await Reflect.apply(seal.seal, undefined, [shape, pair, ROOM]);
      const { sealed, rowHalf } = succeeded(whole);
      expect(await open(sealed, rowHalf)).toEqual({ ok: false, reason: 'unreadable' });
    }
  });
});

/** The half with one bit flipped, `share` of the way through it. */
function changedHalf(half: RowHalf, share: number): RowHalf {
  const bytes = Buffer.from(half.kind === 'inner-key' ? half.innerKey : half.innerJwe);
  const at = Math.floor(bytes.length * share);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  if (half.kind === 'inner-key') return { kind: half.kind, innerKey: new Uint8Array(bytes) };
  return { kind: half.kind, innerJwe: bytes.toString('latin1') };
}

function swap(parts: readonly string[], at: number, change: (part: string) => string): string {
  return parts.map((part, index) => (index === at ? change(part) : part)).join('.');
}

/** The same bytes with other unused bits in the last character, as lenient decoders accept them. */
function otherStrayBits(part: string): string {
  if (part.length % 4 === 0) return `${part}A`;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(part.slice(-1));
  return part.slice(0, -1) + alphabet.charAt(last + 1);
}
