/** VAPID (RFC 8292): who we are, signed by a key that never leaves KMS. One signature per push service and hours. */

import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { dependencyUnavailable } from '#adapters/aws-errors.ts';
import { DependencyUnavailable } from '#domain/errors.ts';
import type { Clock } from '#domain/ports/system.ts';

/** Push services take at most 24 hours. */
const VALID_MS = 12 * 3_600_000;
/** A signature is replaced this long before its end. */
const RENEW_BEFORE_MS = 3_600_000;
/** UnifiedPush has many origins; more than these are signed anew. */
const MAX_ORIGINS = 100;

export interface VapidOptions {
  readonly client: Pick<KMSClient, 'send'>;
  /** ECC_NIST_P256, SIGN_VERIFY. */
  readonly keyArn: string;
  /** `mailto:` or `https:`: how a push service reaches the operator. */
  readonly contact: string;
  readonly clock: Clock;
}

export interface Vapid {
  /** Value of `Authorization` for this origin. Throws DependencyUnavailable('kms'). */
  authorization(origin: string): Promise<string>;
  /** Uncompressed point, base64url, as `applicationServerKey` takes it. Throws DependencyUnavailable('kms'). */
  publicKey(): Promise<string>;
}

interface Signed {
  readonly header: Promise<string>;
  readonly renewAt: number;
}

export function createVapid(options: VapidOptions): Vapid {
  const { clock } = options;
  const signed = new Map<string, Signed>();
  let reading: Promise<string> | undefined;

  function publicKey(): Promise<string> {
    reading ??= readPublicKey(options).catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  }

  async function sign(origin: string, expiresAtMs: number): Promise<string> {
    const claims = { aud: origin, exp: Math.floor(expiresAtMs / 1_000), sub: options.contact };
    const text = `${segment({ typ: 'JWT', alg: 'ES256' })}.${segment(claims)}`;
    const [signature, key] = await Promise.all([signText(options, text), publicKey()]);
    return `vapid t=${text}.${signature}, k=${key}`;
  }

  return {
    publicKey,
    authorization(origin) {
      const now = clock.now();
      const known = signed.get(origin);
      if (known !== undefined && now < known.renewAt) return known.header;
      const header = sign(origin, now + VALID_MS).catch((error: unknown) => {
        signed.delete(origin);
        throw error;
      });
      for (const oldest of signed.keys()) {
        if (signed.size < MAX_ORIGINS) break;
        signed.delete(oldest);
      }
      signed.set(origin, { header, renewAt: now + VALID_MS - RENEW_BEFORE_MS });
      return header;
    },
  };
}

/** The point of the public key, base64url. Throws DependencyUnavailable. */
export async function readPublicKey({
  client,
  keyArn,
}: Pick<VapidOptions, 'client' | 'keyArn'>): Promise<string> {
  const { PublicKey: spki } = await client
    .send(new GetPublicKeyCommand({ KeyId: keyArn }))
    .catch((error: unknown) => {
      throw dependencyUnavailable('kms', error);
    });
  if (spki === undefined) throw new DependencyUnavailable('kms', 'EmptyAnswer');
  const jwk = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({
    format: 'jwk',
  });
  const point = [jwk.x ?? '', jwk.y ?? ''].map((coordinate) => Buffer.from(coordinate, 'base64url'));
  return Buffer.concat([Buffer.from([4]), ...point]).toString('base64url');
}

async function signText({ client, keyArn }: VapidOptions, text: string): Promise<string> {
  const { Signature: der } = await client
    .send(
      new SignCommand({
        KeyId: keyArn,
        Message: Buffer.from(text),
        MessageType: 'RAW',
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
    )
    .catch((error: unknown) => {
      throw dependencyUnavailable('kms', error);
    });
  if (der === undefined) throw new DependencyUnavailable('kms', 'EmptyAnswer');
  return Buffer.from(rawSignature(der)).toString('base64url');
}

/** KMS answers DER (two ASN.1 integers); a JWT wants 32 bytes of each (RFC 7518, section 3.4). */
export function rawSignature(der: Uint8Array): Uint8Array {
  const raw = new Uint8Array(64);
  let offset = 2;
  for (const end of [32, 64]) {
    const length = der[offset + 1] ?? 0;
    const integer = der.subarray(offset + 2, offset + 2 + length);
    const digits = integer.subarray(Math.max(0, integer.byteLength - 32));
    raw.set(digits, end - digits.byteLength);
    offset += 2 + length;
  }
  return raw;
}

function segment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
