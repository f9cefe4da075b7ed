import { describe, expect, test } from '@jest/globals';
import { CompactEncrypt } from 'jose';
import { createCredentialsReader } from '#adapters/jose/credentials-reader.ts';
import { keyHandle, privateKeyOf } from '#adapters/jose/key-handle.ts';
import { PrivateKeyUnusable } from '#domain/errors.ts';
import { encryptForTest, makeTestKeyPair } from '../../support/jose.ts';

const pair = makeTestKeyPair();
const otherPair = makeTestKeyPair('22222222-2222-4222-8222-222222222222');
const reader = createCredentialsReader();
const unreadable = { ok: false, reason: 'unreadable' };

const PEM = { certificate: '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n' };
const REFRESH = {
  tokenEndpoint: 'https://login.example.com/token',
  clientId: 'c',
  refreshToken: 'r',
  scope: 'EWS.AccessAsUser.All offline_access',
};
const AUTHS = {
  basic: { type: 'basic', username: 'EXAMPLE\\ann', password: 'pässwörd: with colon' },
  ntlm: { type: 'ntlm', username: 'ann', password: 'p', domain: '' },
  bearer: { type: 'bearer', accessToken: 'a.b-c', expiresAt: '2026-11-22T14:00:00+01:00' },
  refreshable: { type: 'bearer', accessToken: 'a', expiresAt: '2026-11-22T14:00:00Z', refresh: REFRESH },
  certificate: {
    type: 'certificate',
    ...PEM,
    privateKey: '-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----\n',
    username: 'ann',
    password: 'p',
  },
  bareCertificate: {
    type: 'certificate',
    ...PEM,
    privateKey: '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n',
  },
} as const;

async function open(plaintext: unknown, header?: Readonly<Record<string, string>>) {
  return reader.open(await encryptForTest(plaintext, pair, header), pair.handle);
}

const BINDING = {
  challenge: '1795858200000.mac',
  device: { id: 'phone', platform: 'apns', tokenSha256: 'h'.repeat(43) },
} as const;

function withAuth(auth: unknown, binding: object = BINDING) {
  return { email: 'ann@example.com', auth, ...binding };
}

describe("a client's JWE", () => {
  test.each(Object.entries(AUTHS))('with %s credentials is read as it is', async (_name, auth) => {
    const credentials = { email: 'ann@example.com', auth };
    expect(await open(withAuth(auth))).toEqual({ ok: true, credentials, binding: BINDING });
  });

  test('may carry members that we do not know; they are dropped', async () => {
    const outcome = await open({ ...withAuth(AUTHS.basic), appVersion: 7 });
    expect(outcome).toEqual(await open(withAuth(AUTHS.basic)));
    expect(JSON.stringify(outcome)).not.toContain('appVersion');
  });

  test('may say which version of the credentials it holds', async () => {
    const binding = { ...BINDING, credentialsVersion: 'c0ffee-4711' };
    expect(await open(withAuth(AUTHS.basic, binding))).toMatchObject({ ok: true, binding });
  });

  test('may name a type of its own', async () => {
    expect((await open(withAuth(AUTHS.basic), { typ: 'JWE', cty: 'json' })).ok).toBe(true);
  });

  test('names its key pair without being opened', async () => {
    expect(reader.keyPairIdOf(await encryptForTest({}, pair))).toBe(pair.id);
    for (const kid of ['', 'x', 'AAAAAAAA-0000-4000-8000-000000000000', `${pair.id}0`, '../../etc']) {
      expect(reader.keyPairIdOf(await encryptForTest({}, pair, { kid }))).toBeUndefined();
    }
    for (const text of ['', 'a', '....', 'a.b.c', `${'a'.repeat(20_000)}....`]) {
      expect(reader.keyPairIdOf(text)).toBeUndefined();
    }
  });
});

describe('a JWE that is refused', () => {
  test.each(['ens-callback+1', 'ens-callback-key+1', 'ENS-Callback+1', 'application/ens-callback-key+1'])(
    'of type %s came from a callback URL',
    async (typ) => {
      expect(await open(withAuth(AUTHS.basic), { typ })).toEqual({ ok: false, reason: 'callback-seal' });
    },
  );

  test('is of another algorithm or encryption than the two agreed', async () => {
    const headers: readonly Readonly<Record<string, string>>[] = [
      { alg: 'RSA-OAEP' },
      { alg: 'RSA-OAEP-512' },
      { enc: 'A128GCM' },
      { enc: 'A256CBC-HS512' },
    ];
    for (const header of headers) {
      expect(await open(withAuth(AUTHS.basic), header)).toEqual(unreadable);
    }
  });

  test('is for another key pair, or says so', async () => {
    const foreign = await encryptForTest(withAuth(AUTHS.basic), otherPair, { kid: pair.id });
    expect(await reader.open(foreign, pair.handle)).toEqual(unreadable);
    expect(await open(withAuth(AUTHS.basic), { kid: otherPair.id })).toEqual(unreadable);
  });

  test('is larger than 16 KB, by one character', async () => {
    const of = async (length: number) =>
      encryptForTest(withAuth({ ...AUTHS.bearer, accessToken: 'a'.repeat(length) }), pair);
    const base = (await of(11_000)).length;
    const jwes = await Promise.all(
      [0, 1, 2, 3].map((more) => of(11_000 + Math.floor(((16_384 - base) * 3) / 4) + more)),
    );
    const fits = jwes.filter((jwe) => jwe.length <= 16_384);
    const tooLarge = jwes.filter((jwe) => jwe.length > 16_384);
    expect([fits.length > 0, tooLarge.length > 0]).toEqual([true, true]);
    for (const jwe of fits) expect((await reader.open(jwe, pair.handle)).ok).toBe(true);
    for (const jwe of tooLarge) {
      expect(await reader.open(jwe, pair.handle)).toEqual({ ok: false, reason: 'too-large' });
    }
  });

  test('is altered, cut, padded or not compact', async () => {
    const jwe = await encryptForTest(withAuth(AUTHS.basic), pair);
    const last = jwe.at(-1) === 'A' ? 'B' : 'A';
    for (const text of [
      jwe.slice(0, -1) + last,
      jwe.slice(0, -1),
      `${jwe}=`,
      ` ${jwe}`,
      `${jwe}.a`,
      '',
      '{}',
    ]) {
      expect(await reader.open(text, pair.handle)).toEqual(unreadable);
    }
  });

  test('is compressed, since 16 KB could then unfold without bound', async () => {
    expect(await open(withAuth(AUTHS.basic), { zip: 'DEF' })).toEqual(unreadable);
  });

  test('asks for an extension that we do not know', async () => {
    const jwe = await new CompactEncrypt(Buffer.from(JSON.stringify(withAuth(AUTHS.basic))))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: pair.id, crit: ['exp'], exp: 1 })
      .encrypt(pair.publicKeyObject, { crit: { exp: true } });
    expect(await reader.open(jwe, pair.handle)).toEqual(unreadable);
  });
});

describe('a plaintext of another form', () => {
  test.each([
    ['no JSON', 'not json'],
    ['a list', []],
    ['a number', 7],
    ['null', null],
  ])('that is %s is unreadable as a whole', async (_name, plaintext) => {
    expect(await open(plaintext)).toEqual(unreadable);
  });

  test.each([
    ['email', { auth: AUTHS.basic }],
    ['email', { email: 'ann', auth: AUTHS.basic }],
    ['email', { email: 'ann@example.com\r\nX-Evil: 1', auth: AUTHS.basic }],
    ['email', { email: `${'a'.repeat(320)}@example.com`, auth: AUTHS.basic }],
    ['auth', { email: 'ann@example.com' }],
    ['challenge', withAuth(AUTHS.basic, { device: BINDING.device })],
    ['device', withAuth(AUTHS.basic, { challenge: 'c' })],
    ['device.id', withAuth(AUTHS.basic, { ...BINDING, device: { ...BINDING.device, id: 'a b' } })],
    ['device.platform', withAuth(AUTHS.basic, { ...BINDING, device: { ...BINDING.device, platform: 'x' } })],
    [
      'device.tokenSha256',
      withAuth(AUTHS.basic, { ...BINDING, device: { ...BINDING.device, tokenSha256: 'h'.repeat(64) } }),
    ],
    ['credentialsVersion', withAuth(AUTHS.basic, { ...BINDING, credentialsVersion: 'short' })],
    ['auth', withAuth('basic')],
    ['auth.type', withAuth({})],
    ['auth.type', withAuth({ type: 'kerberos' })],
    ['auth.username', withAuth({ ...AUTHS.basic, username: '' })],
    ['auth.username', withAuth({ ...AUTHS.basic, username: 'ann:x' })],
    ['auth.username', withAuth({ ...AUTHS.ntlm, username: 'a\nb' })],
    ['auth.password', withAuth({ ...AUTHS.basic, password: '' })],
    ['auth.password', withAuth({ type: 'ntlm', username: 'ann', domain: 'd' })],
    ['auth.domain', withAuth({ type: 'ntlm', username: 'ann', password: 'p' })],
    ['auth.accessToken', withAuth({ ...AUTHS.bearer, accessToken: 'a\r\nX-Evil: 1' })],
    ['auth.expiresAt', withAuth({ ...AUTHS.bearer, expiresAt: 'soon' })],
    [
      'auth.refresh.tokenEndpoint',
      withAuth({ ...AUTHS.bearer, refresh: { ...REFRESH, tokenEndpoint: 'x' } }),
    ],
    ['auth.refresh.scope', withAuth({ ...AUTHS.bearer, refresh: { ...REFRESH, scope: undefined } })],
    ['auth.certificate', withAuth({ ...AUTHS.certificate, certificate: 'x' })],
    ['auth.privateKey', withAuth({ ...AUTHS.certificate, privateKey: PEM.certificate })],
    ['auth.password', withAuth({ ...AUTHS.certificate, password: undefined })],
    ['auth.password', withAuth({ ...AUTHS.certificate, password: '' })],
    ['auth.username', withAuth({ ...AUTHS.certificate, username: undefined })],
    ['auth.username', withAuth({ ...AUTHS.certificate, username: '' })],
    ['auth.username', withAuth({ ...AUTHS.certificate, username: 'ann:x' })],
    ['auth.certificate', withAuth({ ...AUTHS.certificate, certificate: 'x', username: undefined })],
  ])('names %s and not its value', async (field, plaintext) => {
    expect(await open(plaintext)).toEqual({ ok: false, reason: 'unreadable', field });
  });
});

describe('a key handle', () => {
  test('shows an id and nothing else, however it is looked at', () => {
    expect(JSON.stringify(pair.handle)).toBe(`{"keyPairId":"${pair.id}"}`);
    expect(Reflect.ownKeys(pair.handle)).toEqual(['keyPairId']);
  });

  test('is not to be made from an id, or from bytes that are no RSA key', () => {
    expect(() => privateKeyOf({ keyPairId: pair.id })).toThrow(PrivateKeyUnusable);
    expect(() => keyHandle(pair.id, new Uint8Array(100))).toThrow(PrivateKeyUnusable);
    expect(() => keyHandle(pair.id, pair.publicKey)).toThrow(PrivateKeyUnusable);
  });
});
