import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { AwsError } from '../wire.ts';

/** DER as KMS gives it: SubjectPublicKeyInfo and PKCS#8. */
export interface KeyPair {
  readonly publicKey: Buffer;
  readonly privateKey: Buffer;
}

export interface KeyPairSource {
  /** Throws ValidationException for a spec that is not emulated. */
  take(spec: string): Promise<KeyPair>;
}

const generate = promisify(generateKeyPair);
const RSA_BITS: Readonly<Record<string, number>> = { RSA_2048: 2048, RSA_3072: 3072, RSA_4096: 4096 };
const CURVES: Readonly<Record<string, string>> = {
  ECC_NIST_P256: 'P-256',
  ECC_NIST_P384: 'P-384',
  ECC_NIST_P521: 'P-521',
};

/**
 * Real key pairs, made off the main thread. With `ahead` the next RSA-3072 pair is always under way, so that
 * nobody waits the second or so that one takes.
 */
export function createKeyPairSource(ahead: boolean): KeyPairSource {
  let next: Promise<KeyPair> | undefined = ahead ? make('RSA_3072') : undefined;
  return {
    async take(spec) {
      if (spec !== 'RSA_3072') return await make(spec);
      const pair = next ?? make(spec);
      next = ahead ? pair.then(() => make(spec)) : undefined;
      return await pair;
    },
  };
}

async function make(spec: string): Promise<KeyPair> {
  const publicKeyEncoding = { type: 'spki', format: 'der' } as const;
  const privateKeyEncoding = { type: 'pkcs8', format: 'der' } as const;
  const modulusLength = RSA_BITS[spec];
  if (modulusLength !== undefined) {
    return await generate('rsa', { modulusLength, publicKeyEncoding, privateKeyEncoding });
  }
  const namedCurve = CURVES[spec];
  if (namedCurve !== undefined) {
    return await generate('ec', { namedCurve, publicKeyEncoding, privateKeyEncoding });
  }
  throw new AwsError('ValidationException', 400, `KeyPairSpec ${spec} is not emulated`);
}
