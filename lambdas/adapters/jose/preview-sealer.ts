import { CompactEncrypt, importJWK, type CryptoKey as JoseKey } from 'jose';
import type { PreviewKey } from '#domain/model/preferences.ts';
import type { Preview, PreviewSealer } from '#domain/ports/push.ts';
import { jsonBytes, truncate } from '#domain/push/text.ts';

/** A sender gives way to the subject where both cannot stay. */
const MAX_SENDER_BYTES = 512;
/** A longer key id is left out: it would take the room of the text. */
const MAX_KEY_ID_CHARACTERS = 128;
const KEY_AGREEMENT = 'ECDH-ES';
const CONTENT_ENCRYPTION = 'A256GCM';
const IV_AND_TAG_CHARACTERS = 16 + 22;
const DOTS = 4;

/**
 * Previews that only the phone can read: compact JWE (RFC 7516), ECDH-ES direct key agreement (RFC 7518,
 * section 4.6) for P-256 or X25519, A256GCM, no compression. The plaintext is JSON
 * `{v: 1, sender?, subject?, thread?, item?}`, as docs/clients.md tells the app.
 */
export function createPreviewSealer(): PreviewSealer {
  return {
    async seal(key, preview, maxBytes) {
      const publicKey = await publicKeyOf(key);
      if (publicKey === undefined) return undefined;
      const kid = key.kid !== undefined && key.kid.length <= MAX_KEY_ID_CHARACTERS ? key.kid : undefined;
      const plaintext = plaintextWithin(preview, plaintextRoom(key, kid, maxBytes));
      if (plaintext === undefined) return undefined;
      return await new CompactEncrypt(new TextEncoder().encode(plaintext))
        .setProtectedHeader(header(kid))
        .encrypt(publicKey);
    },
  };
}

function header(kid: string | undefined) {
  return { alg: KEY_AGREEMENT, enc: CONTENT_ENCRYPTION, ...(kid === undefined ? {} : { kid }) };
}

async function publicKeyOf(key: PreviewKey): Promise<JoseKey | Uint8Array | undefined> {
  const { kty, crv, x } = key;
  try {
    // Only the public members: a private one that an app sends by mistake goes no further.
    return await importJWK(kty === 'EC' ? { kty, crv, x, y: key.y } : { kty, crv, x }, KEY_AGREEMENT);
  } catch {
    return undefined;
  }
}

/** Bytes of plaintext that a JWE of at most `maxBytes` can carry, its header with the ephemeral key included. */
function plaintextRoom(key: PreviewKey, kid: string | undefined, maxBytes: number): number {
  const coordinate = 'A'.repeat(43);
  const epk =
    key.kty === 'EC'
      ? { x: coordinate, crv: key.crv, kty: key.kty, y: coordinate }
      : { x: coordinate, crv: key.crv, kty: key.kty };
  const headerBytes = Buffer.byteLength(JSON.stringify({ ...header(kid), epk }));
  const ciphertextCharacters = maxBytes - base64Characters(headerBytes) - IV_AND_TAG_CHARACTERS - DOTS;
  return Math.floor((ciphertextCharacters * 3) / 4);
}

function base64Characters(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}

/** Plaintext within `room`: sender and subject are cut, thread and then item are left out only if even that is too much. */
function plaintextWithin(preview: Preview, room: number): string | undefined {
  const { thread, item } = preview;
  for (const fixed of [{ thread, item }, { item }, {}]) {
    const emptied = encode({ ...preview, ...blank(preview), thread: undefined, item: undefined, ...fixed });
    const left = room - Buffer.byteLength(emptied);
    if (left < 0) continue;
    const sender =
      preview.sender === undefined ? undefined : truncate(preview.sender, Math.min(left, MAX_SENDER_BYTES));
    const subject =
      preview.subject === undefined ? undefined : truncate(preview.subject, left - jsonBytes(sender ?? ''));
    return encode({ sender, subject, ...fixed });
  }
  return undefined;
}

function blank(preview: Preview): Preview {
  return {
    sender: preview.sender === undefined ? undefined : '',
    subject: preview.subject === undefined ? undefined : '',
  };
}

function encode({ sender, subject, thread, item }: Preview): string {
  return JSON.stringify({ v: 1, sender, subject, thread, item });
}
