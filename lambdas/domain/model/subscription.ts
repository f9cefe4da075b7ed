import type { EndpointId, KeyPairId, MailboxId, RegistrationId, SubscriptionId } from './ids.ts';
import type { Platform, Preferences } from './preferences.ts';

/** Instants are milliseconds since 1970-01-01T00:00:00Z throughout the domain. */
export type EpochMs = number;

/**
 * pending: the row exists, Exchange may or may not know it yet (counts as active while young).
 * active: the one that counts. superseded: a newer one took over. lost: Exchange fell silent or forgot it.
 * rejected: the credentials are proven dead ("credentials-rejected" towards clients).
 */
export type SubscriptionState = 'pending' | 'active' | 'superseded' | 'lost' | 'rejected';

/** What Exchange is asked to report: `badge` adds the events that change an unread count. */
export type WantedEvents = 'mail' | 'mail-and-badge';

/** RSA-3072 pair; the private key exists only as KMS ciphertext outside a function's memory. */
export interface KeyPair {
  readonly id: KeyPairId;
  /** DER SPKI. */
  readonly publicKey: Uint8Array;
  /** KMS ciphertext of the DER PKCS#8. */
  readonly wrappedPrivateKey: Uint8Array;
  readonly createdAt: EpochMs;
  /** Set by an emergency retirement: nothing may be sealed for it or opened with it any more. */
  readonly retiredAt?: EpochMs | undefined;
}

/** The half of the seal that the row keeps. Exactly one is present. */
export type RowHalf =
  | { readonly kind: 'inner-key'; readonly innerKey: Uint8Array }
  | { readonly kind: 'inner-jwe'; readonly innerJwe: string };

/** One phone app installation that receives pushes for a mailbox, as a callback needs it. */
export interface DeviceTarget {
  readonly registrationId: RegistrationId;
  readonly endpointId: EndpointId;
  readonly endpointArn: string;
  readonly endpointEnabled: boolean;
  readonly platform: Platform;
  readonly preferences: Preferences;
  /** Unread mails in the endpoint's other mailboxes: what this mailbox's count is added to for a badge. */
  readonly unreadElsewhere: number;
}

/**
 * Whether this request may use the credentials; decided in the row, so that of many at once one may.
 * in-order: Exchange waits for each answer, hence nobody else is using them. held: claimed until released.
 * in-use: claimed by another request. paused: refused, and the next try is not due.
 */
export type Claim = 'in-order' | 'held' | 'in-use' | 'paused';

/** A subscription with everything one callback needs, as it was before this callback touched it. */
export interface SubscriptionView {
  readonly id: SubscriptionId;
  readonly state: SubscriptionState;
  readonly createdAt: EpochMs;
  readonly supersededAt?: EpochMs | undefined;
  readonly lastSeenAt?: EpochMs | undefined;
  readonly sealedSha256: Uint8Array;
  readonly rowHalf: RowHalf;
  readonly keyPair: KeyPair;
  /** Creation of the newest usable key pair: tells whether this subscription's pair has a successor. */
  readonly newestKeyPairCreatedAt: EpochMs;
  readonly watermark?: string | undefined;
  readonly previousWatermark?: string | undefined;
  readonly wantedEvents: WantedEvents;
  /** First 401 since the credentials last worked. */
  readonly suspectSince?: EpochMs | undefined;
  /** Last use of credentials that ended in a 401. */
  readonly lastRefusedAt?: EpochMs | undefined;
  /** Refusals since the credentials last worked. */
  readonly refusals: number;
  /** Refused credentials are not used before. */
  readonly nextTryAt?: EpochMs | undefined;
  readonly claim: Claim;
  /** Alerts of the current window, this request's among them; see ALERTS. */
  readonly alerts: number;
  /** Exchange is left alone until then (403, TLS fault, host no longer allowed). */
  readonly quietUntil?: EpochMs | undefined;
  /** Last neutral notification for a request that could not be read. */
  readonly lastNeutralAt?: EpochMs | undefined;
  /** Credentials that cannot be renewed end then. */
  readonly credentialsExpireAt?: EpochMs | undefined;
  /** The device whose credentials are sealed in this subscription. */
  readonly credentialsFrom?: RegistrationId | undefined;
  readonly mailbox: {
    readonly id: MailboxId;
    readonly ewsHost: string;
    /** SHA-256 of the Inbox folder id in canonical form. */
    readonly inboxSha256: Uint8Array;
    readonly unread?: number | undefined;
    readonly unreadAt?: EpochMs | undefined;
    readonly activeSubscriptionId?: SubscriptionId | undefined;
  };
  readonly devices: readonly DeviceTarget[];
}

/** Whether another subscription of the mailbox counts: what becomes of this one is no news of the mailbox. */
export function isOutdated({ id, state, mailbox }: SubscriptionView): boolean {
  const { activeSubscriptionId } = mailbox;
  return state === 'superseded' || (activeSubscriptionId !== undefined && activeSubscriptionId !== id);
}
