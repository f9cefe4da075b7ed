import type { EpochMs } from '../model/subscription.ts';

export const REVOCATION_KINDS = ['token', 'key-pair', 'device'] as const;

/** Something that must not come back, whatever backup the database is restored from: its kind and its id. */
export interface Revocation {
  readonly kind: (typeof REVOCATION_KINDS)[number];
  readonly id: string;
}

/**
 * The list outside the database, as long as backups are kept, and a marker that changes whenever it grows.
 * Throws DependencyUnavailable('parameters').
 */
export interface RevocationList {
  /** Undefined where nothing was ever written. */
  marker(): Promise<string | undefined>;
  all(): Promise<readonly Revocation[]>;
  /** Adds these, drops what is older than `before`, then sets the marker. May be repeated. */
  add(
    revocations: readonly Revocation[],
    marker: string,
    at: { readonly now: EpochMs; readonly before: EpochMs },
  ): Promise<void>;
}

/** What the database knows of it. Throws DependencyUnavailable('database'). */
export interface RevocationStore {
  /** Revocations that are not in the list yet, oldest first, and the marker that the list had when last seen. */
  unlisted(limit: number): Promise<{
    readonly marker?: string | undefined;
    readonly revocations: readonly Revocation[];
    /** Number of the last one. */
    readonly upTo: number;
  }>;
  /** Notes that the list has this marker and holds everything up to this number. */
  listed(marker: string, upTo: number, now: EpochMs): Promise<void>;
  /** Revokes, retires and unregisters again; returns how many rows that concerned. */
  revokeAgain(revocations: readonly Revocation[], now: EpochMs): Promise<number>;
}
