import type { IncomingNotification } from '../../model/mailbox-event.ts';
import type { ContentLevel } from '../../model/preferences.ts';
import type { CallbackSeal, KeyVault, Pepper } from '../../ports/crypto.ts';
import type { Autodiscover, Exchange, OutgoingRules } from '../../ports/exchange.ts';
import type { PushSender } from '../../ports/push.ts';
import type { CallbackStore, EwsUrlCache, KeyPairStore, RegistrationStore } from '../../ports/store.ts';
import type { Clock, Ids, Log, Metrics, Timer } from '../../ports/system.ts';

export interface CallbackPorts {
  readonly pepper: Pepper;
  /** Reads the body of a callback. Never throws. */
  readonly readNotification: (body: Uint8Array) => IncomingNotification;
  readonly itemIds: ItemIds;
  readonly store: CallbackStore;
  readonly registrations: Pick<RegistrationStore, 'activate' | 'abandon'>;
  readonly keyPairs: Pick<KeyPairStore, 'newest'>;
  readonly ewsUrls: Pick<EwsUrlCache, 'save' | 'forget'>;
  readonly vault: KeyVault;
  readonly seal: CallbackSeal;
  readonly rules: OutgoingRules;
  readonly exchange: Exchange;
  readonly autodiscover: Autodiscover;
  readonly push: PushSender;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Exchange writes one id in two encodings; these see the same object behind both. */
export interface ItemIds {
  /** SHA-256 of a folder id in canonical form. */
  folderIdSha256(id: string): Uint8Array;
  /** Canonical form of an item id. */
  canonical(id: string): string | Uint8Array;
}

export interface CallbackSettings {
  readonly callbackBaseUrl: string;
  readonly callbackUrlCharacters: number;
  readonly statusFrequencyMinutes: number;
  readonly contentCeiling: ContentLevel;
  readonly keyLifeMs: number;
  /** For everything that is asked of Exchange, counted from the arrival of the request. */
  readonly exchangeBudgetMs: number;
  /** Until the answer leaves, whatever is under way. */
  readonly answerBudgetMs: number;
  readonly itemsPerFetch: number;
  readonly pushesPerRequest: number;
}
