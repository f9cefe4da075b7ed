import type { EndpointId, KeyPairId, MailboxId, RegistrationId, SubscriptionId } from '../model/ids.ts';
import type { Platform, Preferences } from '../model/preferences.ts';
import type {
  EpochMs,
  KeyPair,
  RowHalf,
  SubscriptionState,
  SubscriptionView,
  WantedEvents,
} from '../model/subscription.ts';
import type { FolderUnread } from '../push/badge.ts';

/**
 * The database as the use cases see it. Every method is one statement unless it says otherwise, and throws
 * DependencyUnavailable('database') when the database does not answer within `deadlineMs` where given.
 */
export interface ApiTokenStore {
  /** SHA-256 of every token that is valid now, with its label's id. */
  validHashes(): Promise<readonly Uint8Array[]>;
}

export interface KeyPairStore {
  /** Newest pair that is not retired. */
  newest(): Promise<KeyPair | undefined>;
  find(id: KeyPairId): Promise<KeyPair | undefined>;
}

export interface RegistrationRequest {
  readonly now: EpochMs;
  /** Of `exchangeAddress`: host, with the path where several are allowed. */
  readonly ewsHost: string;
  readonly inboxSha256: Uint8Array;
  readonly addressHmac: Uint8Array;
  readonly unread: { readonly count: number; readonly at: EpochMs };
  readonly device: {
    /** Under the pepper. */
    readonly idHmac: Uint8Array;
    readonly platform: Platform;
    readonly tokenSha256: Uint8Array;
    /** Whom it signed in as, under the pepper. */
    readonly accountHmac: Uint8Array;
  };
  readonly endpointArn: string;
  readonly preferences: Preferences;
  readonly expiresAt: EpochMs;
  /** When the challenge inside the credentials was given out. */
  readonly challengeIssuedAt: EpochMs;
  readonly subscription: {
    readonly id: SubscriptionId;
    readonly sealedSha256: Uint8Array;
    readonly rowHalf: RowHalf;
    readonly keyPairId: KeyPairId;
    readonly durable: boolean;
    readonly credentialsExpireAt?: EpochMs | undefined;
  };
}

export interface RegistrationBegun {
  readonly registrationId: RegistrationId;
  readonly mailboxId: MailboxId;
  readonly created: boolean;
  /** Union of what all devices of the mailbox want, this one included. */
  readonly wantedEvents: WantedEvents;
  /**
   * False where the mailbox's active subscription carries more durable credentials than these and is alive:
   * then no subscription row was made and nothing is to be subscribed.
   */
  readonly subscribe: boolean;
}

export interface RegistrationView {
  readonly registrationId: RegistrationId;
  readonly subscriptionState: SubscriptionState | undefined;
  readonly endpointEnabled: boolean;
  readonly lastSeenAt?: EpochMs | undefined;
  readonly renewedAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly credentialsExpireAt?: EpochMs | undefined;
}

export interface RegistrationStore {
  /** ARN stored for this token, so that an endpoint is looked at before another is made. */
  endpointArn(platform: Platform, tokenSha256: Uint8Array): Promise<string | undefined>;
  /**
   * Step 6: mailbox, endpoint, device (20 at most, the oldest goes) and subscription `pending`. Where nothing is to
   * be subscribed, this phone leaves the mailbox's former host at once; see `activate`. Undefined, and nothing
   * written, where the device has left this mailbox by `unregister` since the challenge was given out.
   */
  begin(request: RegistrationRequest): Promise<RegistrationBegun | undefined>;
  /**
   * Step 8: `active`, named by the mailbox; the former one `superseded`. The device of the registration that this
   * completes leaves the same mailbox under any other host, as by `unregister`: device id, endpoint, address and
   * Inbox all agree, and its mail comes from here from now on.
   */
  activate(request: {
    readonly now: EpochMs;
    readonly subscriptionId: SubscriptionId;
    readonly mailboxId: MailboxId;
    /** Absent where a callback subscribes again: no phone has said anything. */
    readonly registrationId?: RegistrationId | undefined;
    /** What a renewal replaces: it takes over from this one alone, never from a phone that has registered meanwhile. */
    readonly replaces?: SubscriptionId | undefined;
    readonly watermark: string;
    readonly wantedEvents: WantedEvents;
    /** Where the mailbox is served now, as far as this may have changed. */
    readonly ewsHost?: string | undefined;
  }): Promise<void>;
  /** Takes back a `pending` row whose Subscribe failed; the device of a new registration goes with it. */
  abandon(request: {
    readonly subscriptionId: SubscriptionId;
    readonly registrationId?: RegistrationId | undefined;
  }): Promise<void>;
  checkIn(id: RegistrationId): Promise<RegistrationView | undefined>;
  /** Idempotent. With the last device go mailbox and subscriptions; challenges given out before `now` are spent. */
  unregister(id: RegistrationId, now: EpochMs): Promise<void>;
}

export interface LoginFailureStore {
  /**
   * Takes up to `wanted` failures of the `most` that are allowed since then, before anything is sent. Counted by
   * `keys.own` for a device that was registered with this account, else by the two others; those, with what each gave.
   */
  reserve(request: {
    readonly now: EpochMs;
    readonly since: EpochMs;
    readonly wanted: number;
    readonly most: number;
    readonly keys: { readonly own: Uint8Array; readonly account: Uint8Array; readonly address: Uint8Array };
    readonly device: {
      readonly addressHmac: Uint8Array;
      readonly idHmac: Uint8Array;
      readonly platform: Platform;
      readonly tokenSha256: Uint8Array;
    };
  }): Promise<readonly { readonly key: Uint8Array; readonly granted: number }[]>;
  /** Frees what was reserved then and has not failed. */
  giveBack(
    at: EpochMs,
    unused: readonly { readonly key: Uint8Array; readonly count: number }[],
  ): Promise<void>;
}

/** What autodiscover found for a domain; both are URLs without user data. */
export interface KnownExchange {
  readonly ewsUrl?: string | undefined;
  /** Autodiscover server that told it last, kept for longer than the EWS URL. */
  readonly toldBy?: string | undefined;
}

export interface EwsUrlCache {
  /** The EWS URL only where it was found since `notBefore`. */
  find(domain: string, notBefore: EpochMs): Promise<KnownExchange>;
  save(domain: string, found: KnownExchange & { readonly ewsUrl: string }, at: EpochMs): Promise<void>;
  /** Drops the EWS URL; what is still known of the domain. */
  forget(domain: string): Promise<KnownExchange>;
}

/** What one callback tells about the subscription's liveness. */
export interface Sighting {
  readonly subscriptionId: SubscriptionId;
  /** Nothing is written where the stored hash differs. */
  readonly sealedSha256: Uint8Array;
  readonly now: EpochMs;
  readonly watermark?: string | undefined;
  readonly previousWatermark?: string | undefined;
  /** This request's id, and how long it may use the credentials where it gets them. */
  readonly claim: { readonly by: string; readonly leaseMs: number };
  /** Alerts that this request asks for on each phone. */
  readonly alerts: number;
  /** Unread counts that the request reports; that of the mailbox's own Inbox is stored, no other. */
  readonly folders?: readonly FolderUnread[] | undefined;
}

/** Everything a callback decided to write after the fact; absent members change nothing. One statement. */
export interface CallbackAftermath {
  readonly subscriptionId: SubscriptionId;
  readonly now: EpochMs;
  readonly refused?: 'first' | 'proof' | undefined;
  /** With `refused`: the credentials are not used before. */
  readonly nextTryAt?: EpochMs | undefined;
  /** The request whose claim on the credentials ends. */
  readonly released?: string | undefined;
  /** Credentials worked: no longer suspect, and no longer lost. With `refused`: they worked before they were refused. */
  readonly trusted?: true | undefined;
  readonly quietUntil?: EpochMs | undefined;
  readonly neutralAt?: EpochMs | undefined;
  readonly lost?: true | undefined;
  /** Ended towards Exchange (Unsubscribe was answered): the row's half of the seal goes. */
  readonly ended?: true | undefined;
  readonly owed?: true | undefined;
  readonly unread?: { readonly count: number; readonly at: EpochMs } | undefined;
  readonly disabledEndpoints?: readonly EndpointId[] | undefined;
}

export interface CallbackStore {
  /**
   * Marks the subscription seen and returns it as it was before, in one statement. Unread count and time are
   * replaced only by a newer event. A subscription that was lost because it fell silent becomes `active` again;
   * one that was found lost while it spoke (nothing opens its mailbox any more) stays so until its credentials
   * work or a phone registers. Undefined: no such row.
   */
  see(sighting: Sighting): Promise<SubscriptionView | undefined>;
  record(aftermath: CallbackAftermath): Promise<void>;
  /** Claims proven credentials that another request was using; false while it still is, or where they were refused. */
  claim(request: {
    readonly subscriptionId: SubscriptionId;
    readonly now: EpochMs;
    readonly claim: Sighting['claim'];
  }): Promise<boolean>;
  /** Of a host's mailboxes that tried their credentials since then, how many were refused and not accepted again. */
  hostSuspects(request: {
    readonly ewsHost: string;
    readonly since: EpochMs;
  }): Promise<{ readonly suspects: number; readonly tried: number }>;
  /** Row `pending` for a subscription that is made anew inside a callback. */
  prepareRenewal(request: {
    readonly now: EpochMs;
    readonly mailboxId: MailboxId;
    readonly replaces: SubscriptionId;
    readonly subscription: RegistrationRequest['subscription'];
  }): Promise<{ readonly wantedEvents: WantedEvents }>;
}

export interface HealthView {
  readonly newestKeyPairCreatedAt?: EpochMs | undefined;
  /** Oldest `last seen` of an active subscription. */
  readonly oldestSeenAt?: EpochMs | undefined;
}

export interface HealthStore {
  health(): Promise<HealthView>;
}
