import type { Credentials, SignInScheme } from '../model/credentials.ts';
import type { MailLookup } from '../model/mail.ts';
import type { WantedEvents } from '../model/subscription.ts';

/**
 * Why Exchange did not do what was asked. Expected outcomes, hence values: the use cases decide from
 * `kind` alone; `detail` is for the administrator and never carries anything of the user's.
 */
export type ExchangeFailure =
  /**
   * 401. `offered`: schemes from WWW-Authenticate; `sent`: the one we used, or with `nothingSent` would have used: the
   * server did not offer it.
   */
  | {
      readonly kind: 'unauthorized';
      readonly offered: readonly SignInScheme[];
      readonly sent: SignInScheme;
      readonly nothingSent?: true | undefined;
    }
  /** Proof beyond a 401, such as an expired password. `code` is Exchange's. */
  | { readonly kind: 'credentials-dead'; readonly code: string }
  /** The server has no mailbox for this account, or has it disabled: it may be served elsewhere. */
  | { readonly kind: 'no-mailbox'; readonly code: string }
  /**
   * The token endpoint refused the refresh token: for good (`invalid_grant`), or `unclear`: with a word that may mean
   * our set-up as well. `detail` says then what to look at.
   */
  | {
      readonly kind: 'refresh-refused';
      readonly code: string;
      readonly unclear?: true | undefined;
      readonly detail?: string | undefined;
    }
  /** `why`: something narrower than EWS being blocked for user, organisation or User-Agent. */
  | {
      readonly kind: 'forbidden';
      readonly detail: string;
      readonly why?: 'account-locked' | 'not-the-owner' | 'not-primary' | 'client-certificate' | undefined;
    }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'moved' }
  /** 3xx. `detail` names the host that answered and where it points to. */
  | { readonly kind: 'redirected'; readonly detail: string }
  /** A page for people where EWS should answer, such as a sign-in page in front of it. `detail` as above. */
  | { readonly kind: 'web-page'; readonly detail: string }
  | { readonly kind: 'tls'; readonly fault: TlsFault; readonly detail: string }
  /** The answer is no HTTP that Node's parser takes; `code` is the parser's. */
  | { readonly kind: 'not-http'; readonly code: string }
  | { readonly kind: 'refused-address'; readonly detail: string }
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'busy'; readonly retryAfterMs?: number | undefined }
  | { readonly kind: 'subscription-limit' }
  /** These credentials cannot be used at that server, now or later: nothing derived from a secret was sent. */
  | { readonly kind: 'sign-in-impossible'; readonly code: SignInObstacle }
  /**
   * Exchange, or the token endpoint on the way to it, did not accept our request, or we did not understand the
   * answer. `code` is Exchange's, or ours; `detail` is there where an administrator can do something about it.
   * `ours`: what we sent is at fault, so that the same call fails for everybody until we or our set-up change.
   */
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly detail?: string | undefined;
      readonly ours?: 'callback-url' | 'request' | undefined;
    };

/** What is wrong with the TLS of a server; who has to change what follows from it. */
export type TlsFault =
  | 'certificate-time'
  | 'certificate-name'
  | 'certificate-chain'
  | 'certificate-key'
  | 'certificate-signature'
  | 'certificate'
  | 'protocol'
  | 'key-exchange'
  | 'renegotiation'
  | 'cipher'
  | 'not-tls'
  /** The server does not know the host name of the request. */
  | 'server-name'
  /** It ended a handshake without a client certificate, and may have done so for want of one. */
  | 'unclear'
  /** It ended a handshake with our client certificate without saying why. */
  | 'client-certificate-unclear'
  /** It asks for the client certificate after the handshake, which TLS 1.3 in Node does not offer. */
  | 'client-certificate-late'
  | 'handshake';

/** What keeps NTLM from working at a server, before any proof of the password is made. */
export type NtlmObstacle =
  /** The server speaks NTLMv1 only. */
  | 'NtlmV1Refused'
  /** It offers NTLM and answers its first message without a challenge, or with one that cannot be read. */
  | 'NtlmNoChallenge'
  | 'NtlmChallengeUnreadable'
  /** It takes no Unicode, and the user or domain name has letters outside ASCII. */
  | 'NtlmNamesNotUnicode'
  /** Something closed the connection between the messages. */
  | 'NtlmConnectionNotKept'
  /** It offers Negotiate alone, and does not take NTLM under it. */
  | 'NtlmKerberosOnly';
export type SignInObstacle = NtlmObstacle | 'ClientCertificateUnreadable';

export type ExchangeResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: ExchangeFailure };

export interface ExchangeTarget {
  readonly ewsUrl: string;
  readonly credentials: Credentials;
  /** Everything asked of this mailbox ends by then (epoch ms); each call is bounded besides. */
  readonly deadlineMs: number;
  /**
   * Id of the mailbox that this URL is known to serve. Absent for a URL that a caller has named just now: then its
   * time-outs never make the host rest for others.
   */
  readonly servesMailbox?: string | undefined;
}

/**
 * One user's mailbox for one request: its own connection, authentication state and cookies, shared with
 * nobody and closed with the request. No method throws for anything that Exchange or the network does.
 */
export interface ExchangeMailbox {
  /** Id and unread count of the Inbox, as this user. */
  inbox(): Promise<ExchangeResult<{ readonly folderId: string; readonly unreadCount: number }>>;
  /** Push subscription on the Inbox, without a watermark. */
  subscribe(request: {
    readonly callbackUrl: string;
    readonly statusFrequencyMinutes: number;
    readonly events: WantedEvents;
  }): Promise<ExchangeResult<{ readonly watermark: string }>>;
  /** One request for all ids (50 at most); one entry per id, in order. */
  mails(itemIds: readonly string[]): Promise<ExchangeResult<readonly MailLookup[]>>;
  /** Credentials as they are now, where the server rotated the refresh token during this request. */
  rotatedCredentials(): Credentials | undefined;
  close(): void;
}

export interface Exchange {
  /** Opens nothing on the network yet. */
  open(target: ExchangeTarget): ExchangeMailbox;
  /**
   * Asks the server without credentials which schemes it offers. Registration does this first, so that no
   * password is sent to a server that would refuse its scheme, or is not Exchange.
   */
  probe(request: {
    readonly ewsUrl: string;
    readonly deadlineMs: number;
  }): Promise<ExchangeResult<{ readonly offered: readonly SignInScheme[] }>>;
  /** Loads whatever the first mail needs; called while the SQL statement is under way. Never throws. */
  warm(): Promise<void>;
}

/** What one place of autodiscover answered. `place` is a URL without user data, or a DNS name. */
export interface DiscoveryVerdict {
  readonly place: string;
  readonly verdict: string;
}

export type DiscoveryResult = {
  readonly verdicts: readonly DiscoveryVerdict[];
  /** Servers that refused the user's sign-in on the way: each is one step towards a lock-out. */
  readonly failedSignIns: number;
} & (
  | {
      readonly ok: true;
      readonly ewsUrl: string;
      /** URL of the autodiscover server that told it, where that names no user and serves the domain. */
      readonly toldBy?: string | undefined;
    }
  | { readonly ok: false }
);

export interface Autodiscover {
  /** EWS URL for the address, asked as this user. Never throws for what servers or the network do. */
  discover(request: {
    readonly credentials: Credentials;
    readonly deadlineMs: number;
    /** `toldBy` of the last discovery of the domain: asked first. */
    readonly toldLast?: string | undefined;
    /** Servers that may refuse the user's sign-in before no further one is shown it; never more than two. */
    readonly mostFailedSignIns?: number | undefined;
  }): Promise<DiscoveryResult>;
}

/** Rules for every URL that credentials are sent to (host allow-list, https, EWS paths, refused addresses by literal). */
export interface OutgoingRules {
  /** Undefined where the URL is allowed; else a sentence that says what to change. No DNS look-up. */
  refuseExchangeUrl(url: string): string | undefined;
  refuseTokenEndpoint(url: string): string | undefined;
  /**
   * What tells the servers of mailboxes apart, of an EWS URL that is allowed: the host, with the path where several
   * are allowed on one host.
   */
  exchangeAddress(ewsUrl: string): string;
}
