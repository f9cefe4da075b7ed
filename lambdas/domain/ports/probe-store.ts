import type { MailboxId, SubscriptionId } from '../model/ids.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { RegistrationRequest } from './store.ts';

/**
 * Rows of a doctor's probe: a `pending` subscription in a mailbox of its own, which no registration can join,
 * since its host is no host and its address is random. Without devices nothing is ever pushed for it; callbacks
 * mark it seen like any other, and answer Unsubscribe to it once it is five minutes old or gone.
 * Throws DependencyUnavailable('database').
 */
export interface ProbeStore {
  begin(probe: {
    readonly now: EpochMs;
    readonly inboxSha256: Uint8Array;
    /** 32 random bytes in place of an address's HMAC. */
    readonly addressHmac: Uint8Array;
    readonly subscription: RegistrationRequest['subscription'];
  }): Promise<MailboxId>;
  /** When Exchange last called back; undefined: not yet. */
  seenAt(id: SubscriptionId): Promise<EpochMs | undefined>;
  /** Removes the probe, and those begun before `leftBefore` that nobody removed. */
  end(id: MailboxId, leftBefore: EpochMs): Promise<void>;
}
