import { GenerateDataKeyPairWithoutPlaintextCommand, type KMSClient } from '@aws-sdk/client-kms';
import { dependencyUnavailable } from '#adapters/aws-errors.ts';
import { ENCRYPTION_CONTEXT_APP } from '#contract';
import { DependencyUnavailable } from '#domain/errors.ts';
import type { KeyPairMaker } from '#domain/ports/crypto.ts';

/**
 * Has KMS make RSA-3072 pairs. The private key leaves KMS as ciphertext only, so the function that makes
 * pairs cannot open them. Throws DependencyUnavailable('kms').
 */
export function createKeyPairMaker(options: {
  readonly client: KMSClient;
  readonly wrappingKeyArn: string;
}): KeyPairMaker {
  return {
    async make(id) {
      const answer = await options.client
        .send(
          new GenerateDataKeyPairWithoutPlaintextCommand({
            KeyId: options.wrappingKeyArn,
            KeyPairSpec: 'RSA_3072',
            EncryptionContext: { app: ENCRYPTION_CONTEXT_APP, keyPairId: id },
          }),
        )
        .catch((error: unknown) => {
          throw dependencyUnavailable('kms', error);
        });
      const { PublicKey: publicKey, PrivateKeyCiphertextBlob: wrappedPrivateKey } = answer;
      if (!publicKey || !wrappedPrivateKey) throw new DependencyUnavailable('kms', 'EmptyAnswer');
      return { publicKey, wrappedPrivateKey };
    },
  };
}
