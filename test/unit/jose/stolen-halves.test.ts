import { createPrivateKey, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createCallbackSeal } from '#adapters/jose/callback-seal.ts';
import { BUDGETS } from '#contract';
import type { SealedContent } from '#domain/model/credentials.ts';
import type { RowHalf } from '#domain/model/subscription.ts';
import { prepareSubscription } from '#domain/sealing/prepare-subscription.ts';
import { makeTestKeyPair } from '../../support/jose.ts';
import { testIds } from '../../support/memory/clock.ts';
import { memoryCrypto } from '../../support/memory/crypto.ts';
import { basic, bearer, certificate } from '../../support/sealed-contents.ts';
import { guessedKeys, openWith, tracesIn, tracesOf, unwrapped } from '../../support/thief.ts';

/** What is stolen alone: the database with KMS opens nothing, nor does the URL with KMS. */
const pair = makeTestKeyPair();
const privateKey = createPrivateKey({ key: Buffer.from(pair.privateKey), format: 'der', type: 'pkcs8' });
const seal = createCallbackSeal({ splittingAllowed: true });
const callbackUrlCharacters = BUDGETS.callbackUrlCharacters;
const callbackBaseUrl = 'https://abcdefghij.execute-api.eu-central-1.amazonaws.com/api/ens/callback';

function password(text: string): SealedContent {
  return { ...basic(1), auth: { type: 'basic', username: 'EXAMPLE\\ann.miller', password: text } };
}

async function subscribe(content: SealedContent) {
  const newest = async () => ({ ...pair, wrappedPrivateKey: new Uint8Array(0), createdAt: 0 });
  const ports = { keyPairs: { newest }, pepper: memoryCrypto().pepper, seal, ids: testIds() };
  const prepared = await prepareSubscription(ports, { callbackBaseUrl, callbackUrlCharacters }, content);
  if (!prepared.ok) throw new Error(prepared.reason);
  const { callbackUrl, row } = prepared;
  return { row, columns: columnsOf(row), segment: callbackUrl.slice(callbackUrl.lastIndexOf('/') + 1) };
}

/** Every column of the row, as bytes. */
function columnsOf(row: object): readonly Uint8Array[] {
  return Object.values(row).flatMap((value) => {
    if (value === undefined || value === null) return [];
    if (value instanceof Uint8Array) return [value];
    return typeof value === 'object' ? columnsOf(value) : [Buffer.from(String(value))];
  });
}

/** Everything secret in there, by name; short words are found in anything. */
function secretsOf({ email, auth }: SealedContent): Readonly<Record<string, string>> {
  const members = Object.entries({ email, ...auth, ...('refresh' in auth ? auth.refresh : {}) });
  const texts = members.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const whole = { auth: JSON.stringify(auth), pair: `${email}:${texts.map(([, text]) => text).join(':')}` };
  return { ...Object.fromEntries(texts.filter(([, text]) => text.length > 7)), ...whole };
}

function innerOf(half: RowHalf): string {
  if (half.kind !== 'inner-jwe') throw new Error('small credentials');
  return half.innerJwe;
}

const LARGE = [
  ['tokens', bearer()],
  ['a certificate', certificate()],
] as const;
const SMALL = ['correct horse battery', 'pässwörd-🐎-staple', 'x'.repeat(120)] as const;
/** What anybody knows of a key pair. */
const PUBLIC = [Buffer.from(pair.id), pair.publicKey];

describe('the database and KMS, without the URL', () => {
  test.each(LARGE)('open nothing of %s, whatever key is tried', async (_what, content) => {
    const { row, columns } = await subscribe(content);
    const inner = innerOf(row.rowHalf);
    const [header = '', encryptedKey] = inner.split('.');
    // No key travels with it, and nothing that a key could be made of.
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'dir', enc: 'A256GCM' });
    expect(encryptedKey).toBe('');
    expect(unwrapped(columns, privateKey)).toEqual([]);
    const keys = guessedKeys([...columns, ...PUBLIC, pair.privateKey]);
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.filter((key) => openWith(inner, key) !== undefined)).toEqual([]);
    expect(tracesIn(columns, tracesOf(secretsOf(content)))).toEqual([]);
  });

  test.each(LARGE)(
    'cannot be joined by a segment of %s that the thief makes himself',
    async (_what, content) => {
      const { row } = await subscribe(content);
      const forged = await subscribe(content);
      expect(await seal.open(forged.segment, row.rowHalf, pair.handle, row.id)).toEqual({
        ok: false,
        reason: 'unreadable',
      });
    },
  );

  test.each(SMALL)(
    'hold nothing that comes from the password %j: no text, no hash, no piece',
    async (text) => {
      const content = password(text);
      const { row, columns } = await subscribe(content);
      expect(row.rowHalf.kind).toBe('inner-key');
      expect(tracesIn(columns, tracesOf(secretsOf(content)))).toEqual([]);
      expect(unwrapped(columns, privateKey)).toEqual([]);
    },
  );

  test('show no row in which the same password looks the same, or a longer one longer', async () => {
    const texts = ['correct horse', 'correct horse', 'c', 'x'.repeat(200)];
    const rows = await Promise.all(texts.map(async (text) => (await subscribe(password(text))).row));
    const secretColumns = rows.map(({ rowHalf, sealedSha256 }) => columnsOf({ rowHalf, sealedSha256 }));
    const shapes = secretColumns.map((columns) => columns.map(({ length }) => length));
    // The word for the half, a 256-bit key, a SHA-256.
    for (const shape of shapes) expect(shape).toEqual([9, 32, 32]);
    const keys = secretColumns.flatMap((columns) => columns.slice(1).map((bytes) => Buffer.from(bytes)));
    expect(new Set(keys.map((bytes) => bytes.toString('hex'))).size).toBe(keys.length);
    for (const { rowHalf, sealedSha256, id, keyPairId, ...others } of rows)
      expect(others).toEqual({ durable: true, credentialsExpireAt: undefined });
  });
});

describe('the URL and KMS, without the row', () => {
  test.each(SMALL)('get ciphertext out of the segment of password %j, and no key to it', async (text) => {
    const content = password(text);
    const { row, segment } = await subscribe(content);
    const stolen = [Buffer.from(segment), ...unwrapped([Buffer.from(segment)], privateKey)];
    const contentKeys = unwrapped([Buffer.from(segment)], privateKey);
    const [inner] = contentKeys.map((key) => openWith(segment, key)).filter((bytes) => bytes !== undefined);
    const [header = '', encryptedKey, ...rest] = (inner ?? Buffer.of()).toString('latin1').split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'dir', enc: 'A256GCM' });
    expect([encryptedKey, rest.length]).toEqual(['', 3]);
    expect(tracesIn([...stolen, inner ?? Buffer.of()], tracesOf(secretsOf(content)))).toEqual([]);
    const keys = guessedKeys([
      ...stolen,
      inner ?? Buffer.of(),
      ...PUBLIC,
      pair.privateKey,
      Buffer.from(row.id),
    ]);
    const opened = keys.filter(
      (key) => openWith((inner ?? Buffer.of()).toString('latin1'), key) !== undefined,
    );
    expect(opened).toEqual([]);
    // With the row it is the password: what was tried above was the right text.
    const { rowHalf } = row;
    const innerKey = rowHalf.kind === 'inner-key' ? rowHalf.innerKey : randomBytes(32);
    const plain = openWith((inner ?? Buffer.of()).toString('latin1'), innerKey);
    expect(plain?.toString('utf8')).toContain(JSON.stringify(text));
  });

  test.each(LARGE)(
    'get a random key out of the segment of %s, and nothing that it opens',
    async (_what, content) => {
      const first = await subscribe(content);
      const second = await subscribe(content);
      const keys = [first, second].map(({ segment }) => {
        const [contentKey = Buffer.of()] = unwrapped([Buffer.from(segment)], privateKey);
        return openWith(segment, contentKey) ?? Buffer.of();
      });
      expect(keys.map(({ length }) => length)).toEqual([32, 32]);
      expect(keys[0]).not.toEqual(keys[1]);
      const stolen = [Buffer.from(first.segment), ...keys];
      expect(tracesIn(stolen, tracesOf(secretsOf(content)))).toEqual([]);
      // With the row it is the whole: the key was the right one.
      const plain = openWith(innerOf(first.row.rowHalf), keys[0] ?? Buffer.of());
      expect(tracesIn([plain ?? Buffer.of()], tracesOf(secretsOf(content)))).not.toEqual([]);
    },
  );
});
