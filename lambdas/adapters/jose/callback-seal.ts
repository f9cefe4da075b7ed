import { createHash, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { CompactEncrypt } from 'jose';
import type { SealedContent } from '#domain/model/credentials.ts';
import type { KeyPairId, SubscriptionId } from '#domain/model/ids.ts';
import type { KeyPair, RowHalf } from '#domain/model/subscription.ts';
import type { CallbackSeal, CryptoKeyHandle, SealOutcome, UnsealOutcome } from '#domain/ports/crypto.ts';
import {
  CALLBACK_KEY_TYPE,
  CALLBACK_TYPE,
  CONTENT_ENCRYPTION,
  KEY_ALGORITHM,
  parseHeader,
  parseObject,
  splitCompact,
} from './compact.ts';
import { privateKeyOf } from './key-handle.ts';
import { openCompact } from './open-compact.ts';
import { isSealedContent } from './sealed-content.ts';

const INNER_KEY_BYTES = 32;
/** A row stays below the Data API's 64 KB, with room for its other columns. */
const MAX_INNER_JWE_CHARACTERS = 40_000;
const INNER_HEADER = { alg: 'dir', enc: CONTENT_ENCRYPTION };
const INNER_HEADER_ENCODED = encodeHeader(INNER_HEADER);

const REFUSED = {
  grammar: { ok: false, reason: 'grammar' },
  type: { ok: false, reason: 'type' },
  binding: { ok: false, reason: 'binding' },
  unreadable: { ok: false, reason: 'unreadable' },
} as const satisfies Record<string, UnsealOutcome>;

/**
 * Two halves (docs/decisions/0010). Content small enough for the URL travels there, its key stays in the row;
 * larger content stays in the row and its key travels, where `splittingAllowed`. Neither half, with or
 * without the private key, opens anything alone.
 */
export function createCallbackSeal(options: { readonly splittingAllowed: boolean }): CallbackSeal {
  return {
    seal: (content, pair, segmentCharacters) =>
      seal(content, pair, segmentCharacters, options.splittingAllowed),
    open,
  };
}

async function seal(
  content: SealedContent,
  pair: Pick<KeyPair, 'id' | 'publicKey'>,
  segmentCharacters: number,
  splittingAllowed: boolean,
): Promise<SealOutcome> {
  const publicKey = createPublicKey({ key: Buffer.from(pair.publicKey), format: 'der', type: 'spki' });
  const innerKey = new Uint8Array(randomBytes(INNER_KEY_BYTES));
  const { subscriptionId, email, ewsUrl, auth } = content;
  const innerJwe = await new CompactEncrypt(
    new TextEncoder().encode(JSON.stringify({ subscriptionId, email, ewsUrl, auth })),
  )
    .setProtectedHeader(INNER_HEADER)
    .encrypt(innerKey);

  const whole = await wrap(new TextEncoder().encode(innerJwe), CALLBACK_TYPE, pair.id, publicKey);
  if (whole.length <= segmentCharacters) return sealed(whole, { kind: 'inner-key', innerKey });
  if (!splittingAllowed || innerJwe.length > MAX_INNER_JWE_CHARACTERS)
    return { ok: false, reason: 'too-large' };
  const keyOnly = await wrap(innerKey, CALLBACK_KEY_TYPE, pair.id, publicKey);
  innerKey.fill(0);
  if (keyOnly.length > segmentCharacters) return { ok: false, reason: 'too-large' };
  return sealed(keyOnly, { kind: 'inner-jwe', innerJwe });
}

async function open(
  segment: string,
  half: RowHalf,
  key: CryptoKeyHandle,
  subscriptionId: SubscriptionId,
): Promise<UnsealOutcome> {
  const parts = splitCompact(segment);
  const header = parts && parseHeader(parts.header);
  if (!parts || !header || parts.encryptedKey === '') return REFUSED.grammar;
  const type = half.kind === 'inner-key' ? CALLBACK_TYPE : CALLBACK_KEY_TYPE;
  if (header.typ !== type || header.alg !== KEY_ALGORITHM || header.enc !== CONTENT_ENCRYPTION) {
    return REFUSED.type;
  }
  if (header.kid !== key.keyPairId) return REFUSED.binding;
  // We wrote the header, so there is one spelling: no further members, order or white space.
  if (parts.header !== encodeHeader(outerHeader(type, key.keyPairId))) return REFUSED.grammar;

  const unwrapped = openCompact(parts, privateKeyOf(key));
  if (!unwrapped) return REFUSED.unreadable;
  const [innerJwe, innerKey] =
    half.kind === 'inner-key'
      ? [new TextDecoder().decode(unwrapped), half.innerKey]
      : [half.innerJwe, unwrapped];
  const inner = splitCompact(innerJwe);
  if (inner?.header !== INNER_HEADER_ENCODED || inner.encryptedKey !== '') return REFUSED.unreadable;
  const plaintext = openCompact(inner, innerKey);
  unwrapped.fill(0);
  const content = plaintext && parseObject(plaintext);
  plaintext?.fill(0);
  if (!isSealedContent(content)) return REFUSED.unreadable;
  return content.subscriptionId === subscriptionId ? { ok: true, content } : REFUSED.binding;
}

async function wrap(
  plaintext: Uint8Array,
  type: string,
  keyPairId: KeyPairId,
  publicKey: KeyObject,
): Promise<string> {
  return new CompactEncrypt(plaintext).setProtectedHeader(outerHeader(type, keyPairId)).encrypt(publicKey);
}

function sealed(segment: string, rowHalf: RowHalf): SealOutcome {
  const sealedSha256 = new Uint8Array(createHash('sha256').update(segment).digest());
  return { ok: true, sealed: segment, sealedSha256, rowHalf };
}

/** Order matters: URLs that Exchange already holds were written with it. */
function outerHeader(typ: string, kid: string) {
  return { alg: KEY_ALGORITHM, enc: CONTENT_ENCRYPTION, kid, typ };
}

function encodeHeader(header: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(header)).toString('base64url');
}
