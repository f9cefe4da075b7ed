import {
  constants,
  createDecipheriv,
  createHash,
  createHmac,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto';

/** What somebody may try who has one half of a seal, with node:crypto alone: none of it is the product's code. */

const HASHES = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'] as const;
const ENCODINGS = ['utf8', 'hex', 'base64', 'base64url', 'utf16le'] as const;
/** A shorter piece of a hash is found in random bytes by chance. */
const TRACE_BYTES = 6;

/** A piece of what was stolen, and how it would look if it told something of the secrets. */
export interface Trace {
  readonly what: string;
  readonly bytes: Buffer;
}

/** The secrets themselves, their beginnings and ends, and every usual hash of them, in every usual spelling. */
export function tracesOf(secrets: Readonly<Record<string, string>>): readonly Trace[] {
  return Object.entries(secrets).flatMap(([name, secret]) => [
    ...ENCODINGS.flatMap((encoding) => [
      { what: `beginning of ${name} (${encoding})`, bytes: spelled(Buffer.from(secret), encoding) },
      { what: `end of ${name} (${encoding})`, bytes: spelled(Buffer.from(secret).subarray(-8), encoding) },
    ]),
    ...HASHES.flatMap((hash) => {
      const digest = createHash(hash).update(secret).digest();
      return ENCODINGS.map((encoding) => ({
        what: `${hash} of ${name} (${encoding})`,
        bytes: spelled(digest, encoding),
      }));
    }),
  ]);
}

function spelled(bytes: Buffer, encoding: (typeof ENCODINGS)[number]): Buffer {
  if (encoding === 'utf8') return bytes.subarray(0, TRACE_BYTES);
  if (encoding === 'utf16le')
    return Buffer.from(bytes.toString('utf8'), 'utf16le').subarray(0, TRACE_BYTES * 2);
  // Four characters per three bytes: whole groups alone are spelled the same in the middle of a text.
  return Buffer.from(Buffer.from(bytes.subarray(0, TRACE_BYTES)).toString(encoding));
}

/** The traces that occur in what was stolen, or in what its texts decode to. */
export function tracesIn(stolen: readonly Uint8Array[], traces: readonly Trace[]): readonly string[] {
  const readings = stolen.flatMap((bytes) => {
    const text = Buffer.from(bytes).toString('latin1');
    const parts = text.split('.').map((part) => Buffer.from(part, 'base64url'));
    return [Buffer.from(bytes), Buffer.from(text, 'hex'), Buffer.from(text, 'base64'), ...parts];
  });
  return traces
    .filter(({ bytes }) => readings.some((reading) => reading.includes(bytes)))
    .map(({ what }) => what);
}

/** Keys that could be made out of what is known: constants, its pieces, their hashes and HMACs. */
export function guessedKeys(known: readonly Uint8Array[]): readonly Buffer[] {
  const pieces = known.flatMap((bytes) => [
    Buffer.from(bytes).subarray(0, 32),
    Buffer.from(bytes).subarray(-32),
    ...(['sha256', 'sha512'] as const).map((hash) => createHash(hash).update(bytes).digest().subarray(0, 32)),
    ...known.map((key) => createHmac('sha256', key).update(bytes).digest()),
  ]);
  return [Buffer.alloc(32), Buffer.alloc(32, 0xff), Buffer.alloc(32, '0'), ...pieces].filter(
    ({ length }) => length === 32,
  );
}

/** The plaintext of a compact JWE (A256GCM) under that content key; undefined where it is not the key. */
export function openWith(jwe: string, key: Uint8Array): Buffer | undefined {
  const [header = '', , iv = '', ciphertext = '', tag = ''] = jwe.split('.');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'));
    decipher.setAAD(Buffer.from(header)).setAuthTag(Buffer.from(tag, 'base64url'));
    return Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64url')), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Everything that the private key gets out of the stolen texts, wherever in them a wrapped key may stand. */
export function unwrapped(stolen: readonly Uint8Array[], privateKey: KeyObject): readonly Buffer[] {
  const size = (privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const readings = stolen.flatMap((bytes) => {
    const parts = Buffer.from(bytes).toString('latin1').split('.');
    return [Buffer.from(bytes), ...parts.map((part) => Buffer.from(part, 'base64url'))];
  });
  return readings
    .filter(({ length }) => length >= size)
    .flatMap((bytes) => [bytes.subarray(0, size), bytes.subarray(-size)])
    .flatMap((wrapped) =>
      (['sha1', 'sha256', 'sha512'] as const).map((hash) => oaep(wrapped, hash, privateKey)),
    )
    .filter((bytes) => bytes !== undefined);
}

function oaep(wrapped: Buffer, oaepHash: string, key: KeyObject): Buffer | undefined {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, wrapped);
  } catch {
    return undefined;
  }
}
