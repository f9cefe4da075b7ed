import { createPrivateKey, createPublicKey, verify } from 'node:crypto';
import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KEY_ARN, OTHER_KEY_ARN, SIGNING_KEY_ARN, startTestAws, type TestAws } from '../../support/aws.ts';
import { refusal } from '../../support/aws-refusal.ts';

let world: TestAws;
let client: KMSClient;

beforeAll(async () => {
  world = await startTestAws({ database: false });
  client = new KMSClient(world.client());
});

afterAll(async () => {
  client.destroy();
  await world.close();
});

const EncryptionContext = { app: 'ens', keyPairId: 'k1' };
const seal = (text: string) =>
  client.send(new EncryptCommand({ KeyId: KEY_ARN, Plaintext: Buffer.from(text), EncryptionContext }));

it('makes an RSA-3072 pair whose private half only Decrypt gives out', async () => {
  const pair = await client.send(
    new GenerateDataKeyPairWithoutPlaintextCommand({
      KeyId: KEY_ARN,
      KeyPairSpec: 'RSA_3072',
      EncryptionContext,
    }),
  );
  const { Plaintext, KeyId } = await client.send(
    new DecryptCommand({ CiphertextBlob: pair.PrivateKeyCiphertextBlob, EncryptionContext }),
  );
  const publicKey = createPublicKey({ key: Buffer.from(pair.PublicKey ?? []), format: 'der', type: 'spki' });
  const privateKey = createPrivateKey({ key: Buffer.from(Plaintext ?? []), format: 'der', type: 'pkcs8' });
  expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(3072);
  expect(createPublicKey(privateKey).equals(publicKey)).toBe(true);
  expect([KeyId, pair.KeyId, pair.KeyPairSpec]).toEqual([KEY_ARN, KEY_ARN, 'RSA_3072']);
  expect('PrivateKeyPlaintext' in pair).toBe(false);
});

it('opens what was sealed under the same context, in whatever order its pairs come', async () => {
  const { CiphertextBlob } = await seal('secret');
  const { Plaintext } = await client.send(
    new DecryptCommand({ CiphertextBlob, EncryptionContext: { keyPairId: 'k1', app: 'ens' } }),
  );
  expect(Buffer.from(Plaintext ?? []).toString()).toBe('secret');
});

it.each([
  ['another context', { app: 'ens', keyPairId: 'k2' }],
  ['a missing pair', { app: 'ens' }],
  ['no context', undefined],
])('refuses %s with an empty message', async (_what, given) => {
  const { CiphertextBlob } = await seal('secret');
  const error = await refusal(client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: given })));
  // The SDK writes UnknownError where the service gives no message.
  expect(error).toEqual({ name: 'InvalidCiphertextException', message: 'UnknownError', status: 400 });
});

it('refuses a blob that was altered anywhere', async () => {
  const { CiphertextBlob } = await seal('secret');
  const blob = Buffer.from(CiphertextBlob ?? []);
  const altered = Buffer.from(blob);
  altered.writeUInt8((altered.at(-1) ?? 0) ^ 1, altered.length - 1);
  for (const bytes of [altered, blob.subarray(0, 20), Buffer.from('nonsense')]) {
    const call = client.send(new DecryptCommand({ CiphertextBlob: bytes, EncryptionContext }));
    expect((await refusal(call)).name).toBe('InvalidCiphertextException');
  }
});

it('knows only its own keys', async () => {
  const KeyId = `${KEY_ARN}0`;
  const error = await refusal(client.send(new DescribeKeyCommand({ KeyId })));
  expect(error).toMatchObject({ name: 'NotFoundException', message: `Key '${KeyId}' does not exist` });
  const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: KEY_ARN }));
  expect(KeyMetadata).toMatchObject({ Arn: KEY_ARN, KeyState: 'Enabled', KeySpec: 'SYMMETRIC_DEFAULT' });
});

it('opens a blob only with the key that sealed it', async () => {
  const { CiphertextBlob } = await seal('secret');
  const open = (KeyId: string) =>
    client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId }));
  expect((await open(KEY_ARN)).KeyId).toBe(KEY_ARN);
  expect((await refusal(open(OTHER_KEY_ARN))).name).toBe('IncorrectKeyException');
});

it('refuses to encrypt more than 4 KB, and makes data keys for that', async () => {
  expect((await refusal(seal('x'.repeat(4097)))).name).toBe('ValidationException');
  const { Plaintext, CiphertextBlob } = await client.send(
    new GenerateDataKeyCommand({ KeyId: KEY_ARN, KeySpec: 'AES_256', EncryptionContext }),
  );
  const opened = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
  expect(Plaintext).toHaveLength(32);
  expect(opened.Plaintext).toEqual(Plaintext);
});

it('asks the policy with the encryption context', async () => {
  const { CiphertextBlob } = await seal('secret');
  const limited = new KMSClient(
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
  const decrypt = (given: Record<string, string>) =>
    limited.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: given }));
  await decrypt(EncryptionContext);
  const refused: Record<string, string>[] = [
    { keyPairId: 'k1' },
    { app: 'other' },
    { app: 'ens', more: 'x' },
  ];
  for (const given of refused) {
    expect(await refusal(decrypt(given))).toMatchObject({
      name: 'AccessDeniedException',
      status: 400,
      message: expect.stringContaining(
        `is not authorized to perform: kms:Decrypt on resource: ${KEY_ARN} because no identity-based policy allows the kms:Decrypt action`,
      ),
    });
  }
  expect(world.aws.usedGrants()).toContainEqual(
    expect.objectContaining({ action: 'kms:Decrypt', resource: KEY_ARN }),
  );
});

it.each(['ThrottlingException', 'DisabledException', 'KMSInternalException'])(
  'fails with %s when that was ordered',
  async (error) => {
    world.faults.add({ service: 'kms', error, times: 1 });
    expect((await refusal(client.send(new DescribeKeyCommand({ KeyId: KEY_ARN })))).name).toBe(error);
  },
);

it('signs under a P-256 key, and refuses it for encryption', async () => {
  const message = Buffer.from('header.claims');
  const { Signature } = await client.send(
    new SignCommand({
      KeyId: SIGNING_KEY_ARN,
      Message: message,
      MessageType: 'RAW',
      SigningAlgorithm: 'ECDSA_SHA_256',
    }),
  );
  const { PublicKey, KeyUsage } = await client.send(new GetPublicKeyCommand({ KeyId: SIGNING_KEY_ARN }));
  const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
  expect(KeyUsage).toBe('SIGN_VERIFY');
  expect(verify('sha256', message, key, Signature ?? new Uint8Array())).toBe(true);
  const wrong = new EncryptCommand({ KeyId: SIGNING_KEY_ARN, Plaintext: message });
  expect((await refusal(client.send(wrong))).name).toBe('InvalidKeyUsageException');
});
