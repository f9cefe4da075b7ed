import type { EventType, Mailbox, StoreEvent } from '../mailbox/types.ts';
import type { PushedEvent } from './message.ts';

/** What a Subscribe asked for. */
export interface SubscribeRequest {
  readonly mailbox: Mailbox;
  /** Folder names; 'all' for SubscribeToAllFolders. */
  readonly folders: readonly string[] | 'all';
  readonly eventTypes: readonly EventType[];
  readonly statusFrequencyMinutes: number;
  readonly url: string;
  /** RequestServerVersion of the request; every push repeats it. */
  readonly version: string;
}

export type EndReason = 'unsubscribed' | 'gave-up' | 'restart' | 'moved' | 'queue-lost' | 'mailbox-removed';

/** One message on its way: its bytes do not change when it is sent again. */
export interface Outgoing {
  readonly kind: 'events' | 'status' | 'error';
  readonly body: string;
  readonly lastWatermark: string | undefined;
}

/** A subscription inside the server. */
export interface Subscription extends SubscribeRequest {
  readonly id: string;
  readonly createdAt: number;
  /** Watermark of the last event that the listener is believed to have. */
  previousWatermark: string;
  ended?: EndReason | undefined;
  readonly queue: PushedEvent[];
  /** Built already, to be sent before anything of the queue. */
  readonly outbox: Outgoing[];
  held?: Outgoing[] | undefined;
  /** On its way, or waiting to be sent again; nothing else leaves meanwhile. */
  pending?: Outgoing | undefined;
  failures: number;
  firstFailureAt: number;
  /** When the last notification was sent; the next heartbeat counts from here. */
  quietSince: number;
  /** When the heartbeat was due that is being sent. */
  heartbeatDueAt?: number | undefined;
  readonly delivered: Outgoing[];
  cancelHeartbeat(): void;
  cancelRetry(): void;
}

/** True where the subscriber asked for this kind of event in this folder. */
export function wants(subscription: Subscription, event: StoreEvent): boolean {
  if (!subscription.eventTypes.includes(event.type)) return false;
  const { folders } = subscription;
  return folders === 'all' || event.seenIn.some((name) => folders.includes(name));
}

/** What tests and the console see of a subscription. */
export interface SubscriptionView {
  readonly subscriptionId: string;
  readonly email: string;
  readonly url: string;
  readonly eventTypes: readonly EventType[];
  readonly statusFrequencyMinutes: number;
  readonly createdAt: number;
  readonly previousWatermark: string;
  readonly queued: number;
  readonly state: 'active' | 'retrying' | 'ended';
  readonly ended?: EndReason | undefined;
}

export function viewOf(s: Subscription): SubscriptionView {
  return {
    subscriptionId: s.id,
    email: s.mailbox.email,
    url: s.url,
    eventTypes: s.eventTypes,
    statusFrequencyMinutes: s.statusFrequencyMinutes,
    createdAt: s.createdAt,
    previousWatermark: s.previousWatermark,
    queued: s.queue.length + s.outbox.length + (s.held?.length ?? 0),
    state: s.ended !== undefined ? 'ended' : s.failures > 0 ? 'retrying' : 'active',
    ended: s.ended,
  };
}

/** One POST to a listener and what came of it. */
export interface CallbackAttempt {
  /** Epoch ms, the world's clock. */
  readonly at: number;
  /** Real time until the answer, ms. */
  readonly ms: number;
  readonly subscriptionId: string;
  readonly email: string;
  readonly url: string;
  readonly kind: Outgoing['kind'] | 'duplicate';
  /** 1 for the first time these bytes are sent. */
  readonly attempt: number;
  readonly body: string;
  readonly status?: number | undefined;
  readonly answer?: string | undefined;
  readonly error?: string | undefined;
  /** The gateway's id of the request, where it answered. */
  readonly requestId?: string | undefined;
  readonly outcome: 'delivered' | 'unsubscribed' | 'will-retry' | 'gave-up' | 'ignored';
}
