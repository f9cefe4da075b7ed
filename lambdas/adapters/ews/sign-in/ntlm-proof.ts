import { createHmac } from 'node:crypto';

/** What an NTLMv2 answer is computed from; `clientChallenge` and `fileTime` are arguments so that vectors can be checked. */
export interface ProofInput {
  readonly username: string;
  /** As it will be sent: it is part of the key, in this very case. */
  readonly domain: string;
  readonly password: string;
  readonly serverChallenge: Uint8Array;
  readonly targetInfo: Uint8Array;
  /** 8 random bytes. */
  readonly clientChallenge: Uint8Array;
  /** Windows FILETIME, 8 bytes, little-endian. */
  readonly fileTime: Uint8Array;
}

export interface Proof {
  readonly ntResponse: Buffer;
  readonly lmResponse: Buffer;
}

/** NTLMv2 and LMv2 responses of [MS-NLMP] section 3.3.2. */
export async function proveV2(input: ProofInput): Promise<Proof> {
  const { clientChallenge, serverChallenge } = input;
  const identity = utf16(upperCase(input.username) + input.domain);
  const key = hmacMd5(await ntHash(input.password), identity);
  const blob = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    input.fileTime,
    clientChallenge,
    Buffer.alloc(4),
    input.targetInfo,
    Buffer.alloc(4),
  ]);
  const proof = hmacMd5(key, Buffer.concat([serverChallenge, blob]));
  const lm = hmacMd5(key, Buffer.concat([serverChallenge, clientChallenge]));
  return { ntResponse: Buffer.concat([proof, blob]), lmResponse: Buffer.concat([lm, clientChallenge]) };
}

/** OpenSSL 3 offers MD4 only in its legacy provider, which Node does not load. */
async function ntHash(password: string): Promise<Buffer> {
  const { default: md4 } = await import('js-md4');
  return Buffer.from(md4.create().update(utf16(password)).digest());
}

/**
 * Windows maps one UTF-16 code unit to one ([MS-UCODEREF] section 3.1.5.3); JavaScript also expands, as "ß" to "SS".
 * Letters whose upper case belongs to another letter ("ı", "ſ") stay as they are.
 */
export function upperCase(text: string): string {
  return text.replace(/[\u0080-\uffff]|[a-z]/g, (letter) => {
    const upper = letter.toUpperCase();
    return upper.length === letter.length && upper.toLowerCase() === letter ? upper : letter;
  });
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le');
}

function hmacMd5(key: Uint8Array, data: Uint8Array): Buffer {
  return createHmac('md5', key).update(data).digest();
}
