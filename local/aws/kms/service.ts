import { randomBytes } from 'node:crypto';
import { AwsError, isObject, type JsonObject, type Operation, text } from '../wire.ts';
import { keyArnOf, open, seal, type WrappingKey } from './ciphertext.ts';
import { createKeyPairSource } from './key-pairs.ts';
import { createSigningKey, type SigningKey } from './signing-key.ts';

const SYMMETRIC = 'SYMMETRIC_DEFAULT';

export interface KmsOptions {
  /** Customer managed keys: symmetric, or ECC_NIST_P256 for signing. */
  readonly keys: readonly { readonly arn: string; readonly spec?: string }[];
  /** Keep one RSA-3072 pair made in advance. */
  readonly keyPairsAhead: boolean;
}

/** Encrypt, Decrypt, DescribeKey, GenerateDataKey… for symmetric keys; Sign and GetPublicKey for signing keys. */
export function createKms(options: KmsOptions): { answer(operation: Operation): Promise<JsonObject> } {
  const keys: WrappingKey[] = options.keys
    .filter(({ spec = SYMMETRIC }) => spec === SYMMETRIC)
    .map(({ arn }) => ({ arn, material: randomBytes(32) }));
  const signingKeys: SigningKey[] = options.keys
    .filter(({ spec }) => spec === 'ECC_NIST_P256')
    .map(({ arn }) => createSigningKey(arn));
  const pairs = createKeyPairSource(options.keyPairsAhead);

  function find<K extends { readonly arn: string }>(among: readonly K[], keyId: string): K | undefined {
    return among.find(({ arn }) => keyId === arn || keyId === arn.split('/').at(-1));
  }

  /** The key of the request after the policy has been asked. */
  function anyKeyFor({ action, input, authorize }: Operation): WrappingKey | SigningKey {
    const keyId = text(input, 'KeyId');
    if (keyId === undefined) throw new AwsError('ValidationException', 400, 'KeyId must not be null');
    const key = find<WrappingKey | SigningKey>([...keys, ...signingKeys], keyId);
    if (key === undefined) throw new AwsError('NotFoundException', 400, `Key '${keyId}' does not exist`);
    authorize(`kms:${action}`, key.arn, conditions(input));
    return key;
  }

  function keyFor(operation: Operation): WrappingKey {
    const key = anyKeyFor(operation);
    if ('material' in key) return key;
    throw invalidUsage(operation.action, key.arn);
  }

  function answerSigning(operation: Operation): JsonObject {
    const key = anyKeyFor(operation);
    if ('material' in key) throw invalidUsage(operation.action, key.arn);
    return key.answer(operation);
  }

  function decrypt(operation: Operation): JsonObject {
    const { input, authorize } = operation;
    const blob = binary(input, 'CiphertextBlob');
    const arn = keyArnOf(blob);
    const given = text(input, 'KeyId');
    const named = given === undefined ? undefined : find(keys, given);
    if (arn === undefined) throw invalidCiphertext();
    const key = keys.find((one) => one.arn === arn);
    authorize('kms:Decrypt', arn, conditions(input));
    if (key === undefined) {
      throw new AwsError(
        'AccessDeniedException',
        400,
        'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
      );
    }
    if (named !== undefined && named.arn !== key.arn) {
      throw new AwsError(
        'IncorrectKeyException',
        400,
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
    }
    const plaintext = open(key, blob, encryptionContext(input));
    if (plaintext === undefined) throw invalidCiphertext();
    return {
      KeyId: key.arn,
      Plaintext: plaintext.toString('base64'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
  }

  async function dataKeyPair(operation: Operation, withPlaintext: boolean): Promise<JsonObject> {
    const { input } = operation;
    const key = keyFor(operation);
    const spec = text(input, 'KeyPairSpec') ?? '';
    const { publicKey, privateKey } = await pairs.take(spec);
    return {
      KeyId: key.arn,
      KeyPairSpec: spec,
      PublicKey: publicKey.toString('base64'),
      PrivateKeyCiphertextBlob: seal(key, privateKey, encryptionContext(input)).toString('base64'),
      ...(withPlaintext ? { PrivateKeyPlaintext: privateKey.toString('base64') } : {}),
    };
  }

  function dataKey(operation: Operation, withPlaintext: boolean): JsonObject {
    const { input } = operation;
    const key = keyFor(operation);
    const bytes = text(input, 'KeySpec') === 'AES_128' ? 16 : 32;
    const plaintext = randomBytes(typeof input.NumberOfBytes === 'number' ? input.NumberOfBytes : bytes);
    return {
      KeyId: key.arn,
      CiphertextBlob: seal(key, plaintext, encryptionContext(input)).toString('base64'),
      ...(withPlaintext ? { Plaintext: plaintext.toString('base64') } : {}),
    };
  }

  function encrypt(operation: Operation): JsonObject {
    const key = keyFor(operation);
    const plaintext = binary(operation.input, 'Plaintext');
    if (plaintext.length === 0 || plaintext.length > 4096) {
      throw new AwsError('ValidationException', 400, 'Plaintext must be between 1 and 4096 bytes long');
    }
    return {
      KeyId: key.arn,
      CiphertextBlob: seal(key, plaintext, encryptionContext(operation.input)).toString('base64'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
  }

  function describe(operation: Operation): JsonObject {
    const key = anyKeyFor(operation);
    const { arn } = key;
    const KeyId = arn.split('/').at(-1) ?? '';
    const state = { Enabled: true, KeyState: 'Enabled', KeyManager: 'CUSTOMER', Origin: 'AWS_KMS' };
    const use = 'material' in key ? { KeyUsage: 'ENCRYPT_DECRYPT', KeySpec: SYMMETRIC } : key.metadata;
    const account = arn.split(':')[4] ?? '';
    return { KeyMetadata: { Arn: arn, KeyId, AWSAccountId: account, ...state, ...use, MultiRegion: false } };
  }

  return {
    async answer(operation) {
      switch (operation.action) {
        case 'Decrypt':
          return decrypt(operation);
        case 'Encrypt':
          return encrypt(operation);
        case 'Sign':
        case 'GetPublicKey':
          return answerSigning(operation);
        case 'DescribeKey':
          return describe(operation);
        case 'GenerateDataKey':
          return dataKey(operation, true);
        case 'GenerateDataKeyWithoutPlaintext':
          return dataKey(operation, false);
        case 'GenerateDataKeyPair':
          return await dataKeyPair(operation, true);
        case 'GenerateDataKeyPairWithoutPlaintext':
          return await dataKeyPair(operation, false);
        default:
          throw new AwsError('UnknownOperationException', 400, '');
      }
    },
  };
}

function invalidUsage(action: string, arn: string): AwsError {
  return new AwsError('InvalidKeyUsageException', 400, `${arn} key usage is not valid for ${action}.`);
}

function invalidCiphertext(): AwsError {
  return new AwsError('InvalidCiphertextException', 400, '');
}

function binary(input: JsonObject, key: string): Buffer {
  return Buffer.from(text(input, key) ?? '', 'base64');
}

function encryptionContext(input: JsonObject): Record<string, string> {
  const context = input.EncryptionContext;
  if (!isObject(context)) return {};
  return Object.fromEntries(Object.entries(context).map(([key, value]) => [key, String(value)]));
}

/** What a policy's conditions can ask about a request (KMS developer guide, policy-conditions). */
function conditions(input: JsonObject): Record<string, string | readonly string[]> {
  const context = encryptionContext(input);
  const pairs = Object.entries(context).map(
    ([key, value]) => [`kms:EncryptionContext:${key}`, value] as const,
  );
  const spec = text(input, 'KeyPairSpec');
  return {
    ...Object.fromEntries(pairs),
    // Without any context the key is absent, which is what makes ForAllValues hold.
    ...(pairs.length > 0 ? { 'kms:EncryptionContextKeys': Object.keys(context) } : {}),
    ...(spec === undefined ? {} : { 'kms:DataKeyPairSpec': spec }),
  };
}
