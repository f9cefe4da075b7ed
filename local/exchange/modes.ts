import type { Throttling } from './budgets.ts';
import type { Dialect } from './soap/dialect.ts';

/** How the whole server behaves. Plain values: a test changes them while the server runs. */
export interface Modes {
  /** Schemes named in `WWW-Authenticate`, and accepted. */
  offers: ('Basic' | 'NTLM' | 'Negotiate' | 'Bearer' | 'Certificate')[];
  /** NTLM without a channel binding token is refused, as where Extended Protection is Required. */
  extendedProtection: boolean;
  dialect: Dialect;
  byteOrderMark: boolean;
  /** Item and folder ids in the run-length compressed spelling (AQMk…). */
  compressedIds: { events: boolean; answers: boolean };
  /** Leaves ChangeKey out, as WorkMail does. */
  withoutChangeKeys: boolean;
  /** Whether the folder's ModifiedEvent carries UnreadCount. */
  unreadCountInEvents: boolean;
  gzip: boolean;
  /** ExternalUrl of the EWS virtual directory, which autodiscover tells: beneath the origin, or a name of the mail domain. */
  externalUrl: 'origin' | 'name';
  /** Real milliseconds before every EWS answer. */
  slowMs: number;
  /** What each user may ask for. Undefined: as much as they like. */
  throttling?: Throttling | undefined;
  /** Fault that whoever comes without credentials meets; words as in faults/vocabulary.ts, HTTP statuses and `html` only. */
  probeFault?: string | undefined;
  /** After so many failed logons in a row a mailbox refuses even the right password. 0: never. */
  lockOutAfter: number;
  /** The known defect: GetItem and GetFolder answer with somebody else's data. */
  wrongOwner: WrongOwner;
  /** When the first StatusEvent comes: never on its own account, after the answer to Subscribe, or before it. */
  firstStatus: 'none' | 'at-once' | 'before-answer';
  /** How the documented retry table is read: attempts at 30 s, 1, 2, 4 … min after the failure, or with these gaps. */
  retryReading: 'offsets' | 'gaps';
  /** Events in one notification; what is left follows at once after MoreEvents=true. */
  maxEventsPerPost: number;
  /** Language of fault and message texts. */
  language: 'en' | 'ko' | 'de';
  /** Refresh tokens: a new one each time and the old one dead, a new one and the old one alive, or none given. */
  refreshRotation: 'strict' | 'keep' | 'none';
  /** The token endpoint answers everybody with this. */
  tokenRefusal?: { readonly status: number; readonly error: string } | undefined;
}

export type WrongOwner =
  | { readonly kind: 'off' }
  /** On a connection that somebody else used before, answers as that other user. */
  | { readonly kind: 'reused-connection' }
  /** Every answer comes from the victim's mailbox. */
  | { readonly kind: 'always'; readonly victim: string };

export function defaultModes(): Modes {
  return {
    offers: ['Basic', 'NTLM', 'Negotiate', 'Bearer'],
    extendedProtection: false,
    dialect: 'exchange',
    byteOrderMark: false,
    compressedIds: { events: false, answers: false },
    withoutChangeKeys: false,
    unreadCountInEvents: true,
    gzip: false,
    externalUrl: 'origin',
    slowMs: 0,
    throttling: undefined,
    probeFault: undefined,
    lockOutAfter: 0,
    wrongOwner: { kind: 'off' },
    firstStatus: 'none',
    retryReading: 'offsets',
    maxEventsPerPost: 100,
    language: 'en',
    refreshRotation: 'strict',
    tokenRefusal: undefined,
  };
}
