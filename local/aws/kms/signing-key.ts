/** An asymmetric KMS key for SIGN_VERIFY (KMS developer guide, "Asymmetric key specs"): P-256 alone. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { AwsError, type JsonObject, type Operation, text } from '../wire.ts';

export interface SigningKey {
  readonly arn: string;
  /** KeyMetadata members that differ from those of a symmetric key. */
  readonly metadata: JsonObject;
  /** Sign and GetPublicKey, after the policy was asked. */
  answer(operation: Operation): JsonObject;
}

const ALGORITHM = 'ECDSA_SHA_256';
/** KMS takes messages up to this size; longer ones come as a digest. */
const MAX_MESSAGE_BYTES = 4_096;

export function createSigningKey(arn: string): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const metadata = { KeyUsage: 'SIGN_VERIFY', KeySpec: 'ECC_NIST_P256', SigningAlgorithms: [ALGORITHM] };

  function signature(input: JsonObject): JsonObject {
    if (text(input, 'SigningAlgorithm') !== ALGORITHM)
      throw new AwsError('ValidationException', 400, `Algorithm is not supported for key spec ECC_NIST_P256`);
    if ((text(input, 'MessageType') ?? 'RAW') !== 'RAW')
      throw new AwsError('ValidationException', 400, 'MessageType DIGEST is not emulated');
    const message = Buffer.from(text(input, 'Message') ?? '', 'base64');
    if (message.length === 0 || message.length > MAX_MESSAGE_BYTES)
      throw new AwsError('ValidationException', 400, 'Message must be between 1 and 4096 bytes long');
    return {
      KeyId: arn,
      SigningAlgorithm: ALGORITHM,
      Signature: sign('sha256', message, privateKey).toString('base64'),
    };
  }

  return {
    arn,
    metadata,
    answer({ action, input }) {
      if (action === 'Sign') return signature(input);
      const spki = publicKey.export({ format: 'der', type: 'spki' });
      return { KeyId: arn, ...metadata, PublicKey: spki.toString('base64') };
    },
  };
}
