/** What a browser and KMS have on their side: for tests of the Web Push adapter. */
import { createECDH, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { decrypt } from 'http_ece';

export interface TestBrowser {
  /** The subscription as JSON, as the browser's `toJSON()` gives it. */
  token(endpoint: string): string;
  /** What the browser reads in a message; throws where it cannot. */
  read(body: Uint8Array): string;
}

export function testBrowser(): TestBrowser {
  const key = createECDH('prime256v1');
  key.generateKeys();
  const auth = randomBytes(16).toString('base64url');
  return {
    token: (endpoint) => JSON.stringify({ endpoint, keys: { p256dh: key.getPublicKey('base64url'), auth } }),
    read: (body) =>
      decrypt(Buffer.from(body), { version: 'aes128gcm', privateKey: key, authSecret: auth }).toString(
        'utf8',
      ),
  };
}

export interface TestSigningKey {
  readonly client: Pick<KMSClient, 'send'>;
  readonly publicKey: KeyObject;
  /** Names of the calls, in order. */
  readonly calls: readonly string[];
}

/** KMS with one ECC_NIST_P256 key: signs as KMS does, in DER. */
export function testSigningKey(): TestSigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const calls: string[] = [];
  const answer = (command: unknown) => {
    if (command instanceof SignCommand) {
      calls.push('Sign');
      return { Signature: sign('sha256', command.input.Message ?? new Uint8Array(), privateKey) };
    }
    if (command instanceof GetPublicKeyCommand) {
      calls.push('GetPublicKey');
      return { PublicKey: publicKey.export({ format: 'der', type: 'spki' }) };
    }
    throw new TypeError('not a call of the signer');
  };
  return { client: { send: async (command: unknown) => answer(command) }, publicKey, calls };
}
