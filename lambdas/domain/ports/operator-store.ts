import type { KeyPairId, RegistrationId } from '../model/ids.ts';
import type { Platform, Preferences } from '../model/preferences.ts';
import type { EpochMs, SubscriptionState, WantedEvents } from '../model/subscription.ts';

/** An API token as it may be shown: never the token, never its hash. */
export interface ApiTokenInfo {
  /** UUID. */
  readonly id: string;
  readonly label: string;
  readonly createdAt: EpochMs;
  readonly revokedAt?: EpochMs | undefined;
}

/** One device with what an administrator needs to help its owner. */
export interface DeviceInfo {
  readonly registrationId: RegistrationId;
  readonly platform: Platform;
  readonly endpointArn: string;
  readonly endpointEnabled: boolean;
  readonly preferences: Pick<Preferences, 'content' | 'badge' | 'sound'>;
  /** Whether previews are encrypted for this phone. */
  readonly previewsSealed: boolean;
  readonly createdAt: EpochMs;
  readonly renewedAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly ewsHost: string;
  readonly unread?: number | undefined;
  /** Of the event that the count came with. */
  readonly unreadAt?: EpochMs | undefined;
  /** Devices of the same mailbox, this one included. */
  readonly devicesOfMailbox: number;
  /** The subscription that counts for the mailbox, where there is one. */
  readonly subscription?:
    | {
        readonly id: string;
        readonly state: SubscriptionState;
        readonly wantedEvents: WantedEvents;
        readonly createdAt: EpochMs;
        readonly lastSeenAt?: EpochMs | undefined;
        readonly suspectSince?: EpochMs | undefined;
        readonly lostAt?: EpochMs | undefined;
        /** True where this device's own credentials are the ones in use. */
        readonly carriesItsCredentials: boolean;
      }
    | undefined;
}

export interface KeyPairInfo {
  readonly id: KeyPairId;
  readonly createdAt: EpochMs;
  readonly retiredAt?: EpochMs | undefined;
  readonly subscriptions: number;
}

export interface StatusView {
  readonly mailboxes: number;
  readonly devices: number;
  readonly endpoints: { readonly enabled: number; readonly disabled: number };
  /** Every state, zero included. */
  readonly subscriptions: Readonly<Record<SubscriptionState, number>>;
  /** Turned lost, and still are, since then. */
  readonly lostSince: number;
  readonly owed: number;
  readonly oldestSeenAt?: EpochMs | undefined;
  readonly newestSeenAt?: EpochMs | undefined;
}

/** The database as the operator's command line sees it. Throws DependencyUnavailable('database'). */
export interface OperatorStore {
  /** Stores the hash of a token that the caller made and shows once. `id` is a fresh UUID. */
  /** False where a valid token has this label already. */
  createToken(token: {
    readonly id: string;
    readonly label: string;
    readonly sha256: Uint8Array;
    readonly now: EpochMs;
  }): Promise<boolean>;
  /** Oldest first, revoked ones included. */
  listTokens(): Promise<readonly ApiTokenInfo[]>;
  /** False where there is no such token, or it was revoked before. */
  revokeToken(id: string, now: EpochMs): Promise<boolean>;

  /** Devices of every mailbox with this address, newest renewal first, 100 at most. */
  findDevices(addressHmac: Uint8Array): Promise<readonly DeviceInfo[]>;
  showDevice(id: RegistrationId): Promise<DeviceInfo | undefined>;
  /** As the phone's own unregistering. False where there is no such device. */
  removeDevice(id: RegistrationId, now: EpochMs): Promise<boolean>;
  /** Wakes the phones of this device's mailbox with the next upkeep. False where nothing can be woken. */
  wake(id: RegistrationId, now: EpochMs): Promise<boolean>;

  /** Newest first. */
  listKeyPairs(): Promise<readonly KeyPairInfo[]>;
  /** Counts everything: seconds with a million subscriptions. */
  status(lostSince: EpochMs): Promise<StatusView>;
}
