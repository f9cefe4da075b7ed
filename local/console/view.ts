/** What the page gets to see. Types alone: the page and the world that serves it share them. */

export type Content = 'subject-and-sender' | 'sender' | 'none';
export type PhoneKind = 'ios' | 'android' | 'browser';

/** One notification on a lock screen. */
export interface NotificationView {
  readonly id: string;
  /** ISO 8601, the world's clock. */
  readonly at: string;
  readonly title: string;
  readonly body: string;
  /** Sender and subject came sealed and were opened on the phone. */
  readonly sealed: boolean;
}

export interface PhoneView {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly kind: PhoneKind;
  readonly content: Content;
  readonly preview: boolean;
  readonly online: boolean;
  readonly state: 'registering' | 'registered' | 'refused' | 'unregistered' | 'deleted';
  /** Why the service refused, in its own words. */
  readonly problem?: { readonly code: string; readonly detail: string } | undefined;
  /** Answer of the last check-in. */
  readonly checkedIn?: string | undefined;
  /** The password was changed since this phone saved it. */
  readonly passwordIsOld: boolean;
  readonly asksToSignIn: boolean;
  readonly badge: number;
  /** Notifications by thread, the newest first in both. */
  readonly threads: readonly (readonly NotificationView[])[];
}

export interface MessageView {
  readonly itemId: string;
  readonly from: string;
  readonly subject: string;
  readonly folder: string;
  readonly isRead: boolean;
}

export interface MailboxView {
  readonly email: string;
  readonly unread: number;
  /** Word of the fault that every request of this mailbox meets; empty: none. */
  readonly fault: string;
  /** Empty: where it was made. */
  readonly site: string;
  readonly subscriptions: number;
  /** The newest first. */
  readonly messages: readonly MessageView[];
}

export interface ExchangeView {
  readonly mailboxes: readonly MailboxView[];
  readonly slowMs: number;
  readonly wrongOwner: boolean;
}

export type Place =
  | 'phone'
  | 'exchange'
  | 'gateway'
  | 'function'
  | 'database'
  | 'kms'
  | 'secrets'
  | 'ews'
  | 'sns'
  | 'apns'
  | 'fcm'
  | 'push-service';

/** What the runbook says about a failure. */
export interface AdviceView {
  readonly section: string;
  readonly text: string;
}

/** One step of something on its way. Times in ms since the journey began. */
export interface HopView {
  readonly id: string;
  readonly place: Place;
  readonly what: string;
  readonly startMs: number;
  /** Absent while under way. */
  readonly ms?: number | undefined;
  readonly answer: string;
  readonly failed: boolean;
  readonly advice: readonly AdviceView[];
}

export interface JourneyView {
  readonly id: string;
  readonly title: string;
  readonly email: string;
  readonly kind: 'mail' | 'client' | 'heartbeat' | 'change' | 'upkeep';
  /** ISO 8601, the world's clock. */
  readonly at: string;
  readonly ms: number;
  readonly underWay: boolean;
  readonly failed: boolean;
  readonly hops: readonly HopView[];
}

/** The exact bytes of one hop, secrets masked. */
export interface HopDetail {
  readonly parts: readonly { readonly title: string; readonly text: string }[];
}

export interface ClockView {
  readonly now: string;
  readonly offsetMs: number;
}

export interface ConsoleView {
  readonly clock: ClockView;
  readonly phones: readonly PhoneView[];
  readonly exchange: ExchangeView;
  /** The newest first. */
  readonly journeys: readonly JourneyView[];
}
