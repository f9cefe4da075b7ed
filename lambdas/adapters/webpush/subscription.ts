/** The `token` of the platform `webpush`: a push subscription as `PushSubscription.toJSON()` gives it (W3C Push API). */
import { createECDH } from 'node:crypto';

export interface Subscription {
  /** Secret address at the push service. */
  readonly endpoint: string;
  /** The browser's P-256 public key, uncompressed, 65 bytes. */
  readonly p256dh: Uint8Array;
  /** Shared secret of RFC 8291, 16 bytes. */
  readonly auth: Uint8Array;
}

export type SubscriptionReading =
  | { readonly ok: true; readonly subscription: Subscription }
  /** What is wrong, for a client developer; quotes nothing of the token. */
  | { readonly ok: false; readonly detail: string };

/** Sealed, it has to fit the database's index. Push services use 200 to 400 characters. */
const MAX_ENDPOINT_CHARACTERS = 1_024;
const PUBLIC_KEY_BYTES = 65;
const AUTH_BYTES = 16;
const BASE64URL = /^[A-Za-z0-9_-]+={0,2}$/;

/** Checks form, lengths and that the key is a point on P-256. Whether the host is allowed is another question. */
export function readSubscription(token: string): SubscriptionReading {
  const value = parse(token);
  if (value === undefined) return fault('is not JSON like {"endpoint", "keys": {"p256dh", "auth"}}');
  const { endpoint, keys } = value;
  if (typeof endpoint !== 'string') return fault('has no text in "endpoint"');
  if (endpoint.length > MAX_ENDPOINT_CHARACTERS)
    return fault(`has an "endpoint" of more than ${MAX_ENDPOINT_CHARACTERS} characters`);
  if (!/^[\x21-\x7e]+$/.test(endpoint) || URL.parse(endpoint) === null)
    return fault('has an "endpoint" that is not a URL');
  if (!isRecord(keys)) return fault('has no "keys"');
  const p256dh = bytes(keys.p256dh, PUBLIC_KEY_BYTES);
  if (p256dh === undefined) return fault('has no 65 bytes of base64url in "keys.p256dh"');
  if (!isPoint(p256dh)) return fault('has a "keys.p256dh" that is no point on P-256');
  const auth = bytes(keys.auth, AUTH_BYTES);
  if (auth === undefined) return fault('has no 16 bytes of base64url in "keys.auth"');
  return { ok: true, subscription: { endpoint, p256dh, auth } };
}

function fault(what: string): SubscriptionReading {
  return { ok: false, detail: `The push subscription ${what}.` };
}

function parse(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(token);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bytes(text: unknown, length: number): Uint8Array | undefined {
  if (typeof text !== 'string' || !BASE64URL.test(text)) return undefined;
  const decoded = Buffer.from(text, 'base64url');
  return decoded.byteLength === length ? new Uint8Array(decoded) : undefined;
}

/** The key agreement itself refuses what is no point on the curve (an invalid-curve attack). */
function isPoint(publicKey: Uint8Array): boolean {
  const own = createECDH('prime256v1');
  own.generateKeys();
  try {
    own.computeSecret(publicKey);
    return true;
  } catch {
    return false;
  }
}
