import type { Credentials, CredentialsBinding, SealedContent } from '../model/credentials.ts';
import type { CallbackId, KeyPairId, SubscriptionId } from '../model/ids.ts';
import type { EpochMs, KeyPair, RowHalf } from '../model/subscription.ts';

/** Opens wrapped private keys and keeps them, bounded in number and time, in this instance's memory. */
export interface KeyVault {
  /** Throws DependencyUnavailable('kms') when KMS does not answer, PrivateKeyUnusable when it refuses for good. */
  privateKey(pair: Pick<KeyPair, 'id' | 'wrappedPrivateKey'>): Promise<CryptoKeyHandle>;
}

/** Opaque to the domain; adapters/jose knows what is inside. */
export interface CryptoKeyHandle {
  readonly keyPairId: KeyPairId;
}

export interface KeyPairMaker {
  /** A new RSA-3072 pair, private key wrapped under the encryption context of `id`. */
  make(id: KeyPairId): Promise<{ readonly publicKey: Uint8Array; readonly wrappedPrivateKey: Uint8Array }>;
}

export type OpenedCredentials =
  | { readonly ok: true; readonly credentials: Credentials; readonly binding: CredentialsBinding }
  /** `field` names what is wrong inside the plaintext, never its value. */
  | {
      readonly ok: false;
      readonly reason: 'unreadable' | 'too-large' | 'callback-seal';
      readonly field?: string | undefined;
    };

/** The client's JWE. */
export interface CredentialsReader {
  /** `kid` of a compact JWE without opening it; undefined where it is none of ours by form. */
  keyPairIdOf(jwe: string): KeyPairId | undefined;
  open(jwe: string, key: CryptoKeyHandle): Promise<OpenedCredentials>;
}

export type SealOutcome =
  | {
      readonly ok: true;
      /** Path segment for the callback URL. */
      readonly sealed: string;
      readonly sealedSha256: Uint8Array;
      readonly rowHalf: RowHalf;
    }
  | { readonly ok: false; readonly reason: 'too-large' };

export type UnsealOutcome =
  | { readonly ok: true; readonly content: SealedContent }
  | { readonly ok: false; readonly reason: 'grammar' | 'type' | 'binding' | 'unreadable' };

/** The seal (docs/decisions/0010): two halves, useless alone, bound to one subscription and one server. */
export interface CallbackSeal {
  /** `segmentCharacters`: room that the callback URL leaves for the segment. */
  seal(
    content: SealedContent,
    pair: Pick<KeyPair, 'id' | 'publicKey'>,
    segmentCharacters: number,
  ): Promise<SealOutcome>;
  open(
    sealed: string,
    half: RowHalf,
    key: CryptoKeyHandle,
    subscriptionId: SubscriptionId,
  ): Promise<UnsealOutcome>;
}

/** Keyed by the pepper, which is read once per function instance. */
export interface Pepper {
  callbackId(id: SubscriptionId): Promise<CallbackId>;
  /** Undefined where the id is not one we made. Constant time. */
  verifyCallbackId(text: string): Promise<SubscriptionId | undefined>;
  /** HMAC-SHA-256 of a lower-cased, trimmed e-mail address. */
  addressHmac(email: string): Promise<Uint8Array>;
  /** HMAC-SHA-256 of a lower-cased user name, for the logon limits. */
  userHmac(username: string): Promise<Uint8Array>;
  /** Name of a network address in logs, for one day (`2026-11-28`): another day, another name. */
  sourceName(address: string, day: string): Promise<string>;
  /** HMAC-SHA-256 of the id that an app chose for its installation. */
  deviceHmac(deviceId: string): Promise<Uint8Array>;
  /** Proof that we gave it out at that instant; nothing is stored. */
  challenge(issuedAt: EpochMs): Promise<string>;
  /** When we gave it out; undefined where we did not. */
  challengeIssuedAt(challenge: string): Promise<EpochMs | undefined>;
}
