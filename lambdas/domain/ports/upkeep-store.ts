import type { EndpointId, KeyPairId, SubscriptionId } from '../model/ids.ts';
import type { Platform } from '../model/preferences.ts';
import type { DeviceTarget, EpochMs } from '../model/subscription.ts';
import type { RevocationStore } from './revocations.ts';

/** What upkeep remembers from run to run about its own outages. */
export interface OutageMemory {
  /** Since when every callback has been missing, as first seen by a run. */
  readonly silenceSince?: EpochMs | undefined;
  /** When callbacks came back after such a silence. */
  readonly resumedAt?: EpochMs | undefined;
}

export interface Pulse extends OutageMemory {
  readonly activeSubscriptions: number;
  /** Newest `last seen` of all subscriptions. */
  readonly newestSeenAt?: EpochMs | undefined;
}

/** A mailbox whose phones are to be woken, and how far that has gone. */
export interface WakeDue {
  readonly subscriptionId: SubscriptionId;
  /** 0: not woken yet. 1: silently. 2: visibly once. */
  readonly stage: number;
  readonly devices: readonly DeviceTarget[];
}

export interface OwedMailbox {
  readonly subscriptionId: SubscriptionId;
  readonly devices: readonly DeviceTarget[];
}

export interface DisabledEndpoint {
  readonly id: EndpointId;
  readonly endpointArn: string;
  readonly platform: Platform;
}

/** How many of an application's endpoints fell together: many at once are our set-up, not the phones. */
export interface ApplicationFall {
  readonly platform: Platform;
  readonly endpoints: number;
  /** Largest number of endpoints, of those still disabled, that were disabled within one hour. */
  readonly fellTogether: number;
}

/**
 * The database as scheduled work sees it. Every method is one bounded statement that may be repeated: what a
 * killed run did not finish, the next one finds again. Throws DependencyUnavailable('database').
 */
export interface UpkeepStore extends RevocationStore {
  pulse(): Promise<Pulse>;
  rememberOutage(memory: OutageMemory, now: EpochMs): Promise<void>;

  /** Marks `lost` at most `limit` active subscriptions that were last seen before `seenBefore`. Returns how many. */
  markSilent(request: {
    readonly seenBefore: EpochMs;
    readonly now: EpochMs;
    readonly limit: number;
  }): Promise<number>;
  /** Lost subscriptions, and those whose credentials end or lost their owner, whose next wake is due. */
  wakesDue(request: { readonly now: EpochMs; readonly limit: number }): Promise<readonly WakeDue[]>;
  /** Notes that a wake was sent; `nextAt` undefined: no further one. */
  woken(request: {
    readonly subscriptionIds: readonly SubscriptionId[];
    readonly stage: number;
    readonly nextAt: EpochMs | undefined;
  }): Promise<void>;
  /**
   * Schedules one silent wake for subscriptions whose unrenewable credentials end before `credentialsEndBefore`
   * or whose credentials' owner left (another phone brings its own), once each. Subscriptions without owner since
   * before `ownerlessBefore` become `lost` and lose their half of the seal. Returns how many were scheduled.
   */
  scheduleCredentialWakes(request: {
    readonly now: EpochMs;
    readonly credentialsEndBefore: EpochMs;
    readonly ownerlessBefore: EpochMs;
    readonly limit: number;
  }): Promise<number>;
  /** Wake everybody: after a restore from backup, or one emergency. Returns how many were scheduled. */
  scheduleWakeForAll(now: EpochMs): Promise<number>;

  /** Mailboxes with a pending notification that were not tried since `triedBefore`, those that wait longest first. */
  owed(request: { readonly triedBefore: EpochMs; readonly limit: number }): Promise<readonly OwedMailbox[]>;
  /** Notes that the notification of these mailboxes was tried in vain. */
  owedTried(subscriptionIds: readonly SubscriptionId[], now: EpochMs): Promise<void>;
  paid(subscriptionIds: readonly SubscriptionId[]): Promise<void>;

  /** By ARN, as SNS's delivery-failure events name it. */
  disableEndpoint(endpointArn: string, now: EpochMs): Promise<void>;
  applicationFalls(): Promise<readonly ApplicationFall[]>;
  endpointsDisabledBefore(request: {
    readonly before: EpochMs;
    readonly platforms: readonly Platform[];
    readonly limit: number;
  }): Promise<readonly DisabledEndpoint[]>;
  /** Forgets the endpoints with their devices and, after the last device, mailbox and subscription. Returns devices. */
  forgetEndpoints(ids: readonly EndpointId[]): Promise<number>;

  /** Inserts the pair unless one was made after `unlessNewerThan`: two runs at once make one. True if inserted. */
  addKeyPair(pair: {
    readonly id: KeyPairId;
    readonly publicKey: Uint8Array;
    readonly wrappedPrivateKey: Uint8Array;
    readonly createdAt: EpochMs;
    readonly unlessNewerThan: EpochMs;
  }): Promise<boolean>;
  newestKeyPairCreatedAt(): Promise<EpochMs | undefined>;
  /** Deletes pairs older than `createdBefore` (never the newest) that no subscription uses. Returns how many. */
  deleteUnusedKeyPairs(createdBefore: EpochMs): Promise<number>;
  /** Subscriptions that still hang on pairs older than `createdBefore`. */
  subscriptionsOnOldKeyPairs(createdBefore: EpochMs): Promise<number>;
  /** Emergency: the pair is never used again, its subscriptions are lost and woken. Returns how many. */
  retireKeyPair(id: KeyPairId, now: EpochMs): Promise<number>;

  /** Registrations past their expiry, in a bounded batch. Returns how many went. */
  deleteExpired(now: EpochMs, limit: number): Promise<number>;
  /** Leftovers: pending before `pendingBefore`, superseded before `supersededBefore`, and so on. */
  deleteLeftovers(request: {
    readonly pendingBefore: EpochMs;
    readonly supersededBefore: EpochMs;
    readonly cachedBefore: EpochMs;
    /** For the autodiscover servers that told last. */
    readonly toldBefore: EpochMs;
    readonly failuresBefore: EpochMs;
    readonly endedBefore: EpochMs;
    readonly limit: number;
  }): Promise<number>;
}
