import { constants, createPublicKey, privateDecrypt, publicEncrypt, randomUUID } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { privateKeyOf } from '#adapters/jose/key-handle.ts';
import { createKeyPairMaker } from '#adapters/kms/key-pair-maker.ts';
import { createKeyVault } from '#adapters/kms/key-vault.ts';
import { PrivateKeyUnusable } from '#domain/errors.ts';
import { asId, type KeyPairId } from '#domain/model/ids.ts';
import type { CryptoKeyHandle } from '#domain/ports/crypto.ts';
import { KEY_ARN, startTestAws, type TestAws } from '../../support/aws.ts';

interface Pair {
  readonly id: KeyPairId;
  readonly publicKey: Uint8Array;
  readonly wrappedPrivateKey: Uint8Array;
}

let world: TestAws;
let pair: Pair;
let other: Pair;

beforeAll(async () => {
  world = await startTestAws({ database: false });
  pair = await makePair();
  other = await makePair();
});

afterEach(() => world.faults.clear());

afterAll(async () => {
  await world.close();
});

function kms(): KMSClient {
  return new KMSClient(world.client());
}

async function makePair(): Promise<Pair> {
  const id = asId<KeyPairId>(randomUUID());
  return { id, ...(await createKeyPairMaker({ client: kms(), wrappingKeyArn: KEY_ARN }).make(id)) };
}

/** A vault with a clock of its own, and the number of Decrypt calls since it was made. */
function openVault(options: { maxKeys?: number; maxAgeMs?: number; wrappingKeyArn?: string } = {}) {
  let now = Date.UTC(2026, 10, 22);
  const before = decrypts();
  const vault = createKeyVault({
    client: kms(),
    wrappingKeyArn: KEY_ARN,
    clock: { now: () => now },
    ...options,
  });
  return {
    vault,
    advance: (ms: number) => {
      now += ms;
    },
    calls: () => decrypts() - before,
  };
}

function decrypts(): number {
  return world.calls.all().filter(({ service, action }) => service === 'kms' && action === 'Decrypt').length;
}

function fits(handle: CryptoKeyHandle, { publicKey }: Pair): boolean {
  const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const;
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  const sent = publicEncrypt({ key, ...oaep }, Buffer.from('hello'));
  return privateDecrypt({ key: privateKeyOf(handle), ...oaep }, sent).toString() === 'hello';
}

describe('a key pair', () => {
  test('has 3072 bits, and its private key leaves KMS as ciphertext only', () => {
    const key = createPublicKey({ key: Buffer.from(pair.publicKey), format: 'der', type: 'spki' });
    expect([key.asymmetricKeyType, key.asymmetricKeyDetails?.modulusLength]).toEqual(['rsa', 3072]);
    expect(Buffer.from(pair.publicKey).equals(Buffer.from(other.publicKey))).toBe(false);
    const actions = world.calls.all().map(({ action }) => action);
    expect(actions).toContain('GenerateDataKeyPairWithoutPlaintext');
    expect(actions).not.toContain('GenerateDataKeyPair');
  });

  test('cannot be made while KMS is away, which is said as an outage', async () => {
    world.faults.add({ service: 'kms', error: 'KMSInternalException', times: 1 });
    await expect(makePair()).rejects.toMatchObject({
      dependency: 'kms',
      code: 'KMSInternalException',
      transient: true,
    });
  });
});

describe('the vault', () => {
  test('opens the private key that belongs to the public one', async () => {
    const { vault } = openVault();
    const handle = await vault.privateKey(pair);
    expect(handle.keyPairId).toBe(pair.id);
    expect([fits(handle, pair), fits(await vault.privateKey(other), other)]).toEqual([true, true]);
  });

  test('asks KMS once for one key, whether calls follow each other or overlap', async () => {
    const { vault, calls } = openVault();
    const handles = await Promise.all([1, 2, 3].map(() => vault.privateKey(pair)));
    handles.push(await vault.privateKey(pair));
    expect([new Set(handles).size, calls()]).toEqual([1, 1]);
  });

  test('forgets a key after its time, used or not', async () => {
    const { vault, calls, advance } = openVault({ maxAgeMs: 1_000 });
    await vault.privateKey(pair);
    advance(999);
    await vault.privateKey(pair);
    expect(calls()).toBe(1);
    advance(1);
    await vault.privateKey(pair);
    expect(calls()).toBe(2);
  });

  test('keeps no more keys than it may; the one not used for longest goes', async () => {
    const third = await makePair();
    const { vault, calls } = openVault({ maxKeys: 2 });
    for (const one of [pair, other, pair, third]) await vault.privateKey(one);
    expect(calls()).toBe(3);
    await vault.privateKey(pair);
    expect(calls()).toBe(3);
    await vault.privateKey(other);
    expect(calls()).toBe(4);
  });

  test('does not keep a failure, and tells all that waited for it', async () => {
    const { vault, calls } = openVault();
    world.faults.add({ service: 'kms', error: 'KeyUnavailableException', times: 1 });
    const failed = await Promise.allSettled([vault.privateKey(pair), vault.privateKey(pair)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(fits(await vault.privateKey(pair), pair)).toBe(true);
    expect(calls()).toBe(2);
  });

  test('finds a ciphertext unusable that was altered or made for another key pair', async () => {
    const { vault } = openVault();
    const altered = Uint8Array.from(pair.wrappedPrivateKey);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    for (const wrong of [
      { id: pair.id, wrappedPrivateKey: altered },
      { id: pair.id, wrappedPrivateKey: other.wrappedPrivateKey },
      { id: pair.id, wrappedPrivateKey: new Uint8Array(40) },
    ]) {
      await expect(vault.privateKey(wrong)).rejects.toThrow(PrivateKeyUnusable);
    }
    await vault.privateKey(pair);
    await expect(vault.privateKey({ id: pair.id, wrappedPrivateKey: altered })).rejects.toThrow(
      PrivateKeyUnusable,
    );
  });

  test.each([
    ['KMSInternalException', true],
    ['KeyUnavailableException', true],
    ['DependencyTimeoutException', true],
    ['ThrottlingException', true],
    ['DisabledException', false],
    ['KMSInvalidStateException', false],
    ['NotFoundException', false],
    ['AccessDeniedException', false],
    ['IncorrectKeyException', false],
  ])('reads %s as an outage, transient: %s, and never as the end of a key pair', async (error, transient) => {
    world.faults.add({ service: 'kms', error, times: 1 });
    await expect(openVault().vault.privateKey(pair)).rejects.toMatchObject({
      name: 'DependencyUnavailable',
      dependency: 'kms',
      code: error,
      transient,
    });
  });

  test('reads a broken connection as an outage that passes', async () => {
    world.faults.add({ service: 'kms', error: 'ECONNRESET', times: 1 });
    await expect(openVault().vault.privateKey(pair)).rejects.toMatchObject({
      name: 'DependencyUnavailable',
      code: 'ConnectionFailed',
      transient: true,
    });
  });

  test('may be used under a role that allows Decrypt in our encryption context alone', async () => {
    const client = new KMSClient(
      world.client([
        {
          Effect: 'Allow',
          Action: 'kms:Decrypt',
          Resource: KEY_ARN,
          Condition: {
            StringEquals: { 'kms:EncryptionContext:app': 'ens' },
            'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['app', 'keyPairId'] },
          },
        },
      ]),
    );
    const clock = { now: () => 0 };
    const vault = createKeyVault({ client, wrappingKeyArn: KEY_ARN, clock });
    expect(fits(await vault.privateKey(pair), pair)).toBe(true);
    await expect(createKeyPairMaker({ client, wrappingKeyArn: KEY_ARN }).make(pair.id)).rejects.toMatchObject(
      { code: 'AccessDeniedException', transient: false },
    );
  });
});
