import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallLog } from '../world/calls.ts';
import type { WorldClock } from '../world/clock.ts';
import type { FaultBoard } from '../world/faults.ts';
import { createConnections } from './auth/connections.ts';
import { claimsIdentity } from './auth/sign-in.ts';
import { answerToken } from './auth/token-endpoint.ts';
import { createTokens, type IssuedTokens, type TokenWish } from './auth/tokens.ts';
import { answerAutodiscover } from './autodiscover/endpoint.ts';
import { type AutodiscoverScripts, createAutodiscoverScripts } from './autodiscover/script.ts';
import { createBudgets } from './budgets.ts';
import { evidenceOf, startCall } from './call-record.ts';
import { answerEws } from './ews-endpoint.ts';
import { faultText } from './faults/texts.ts';
import { readMisbehaviour } from './faults/vocabulary.ts';
import { page, readBody, sendReply } from './http.ts';
import { createMailboxStore, type MailboxStore } from './mailbox/store.ts';
import type { Mailbox, StoreEvent } from './mailbox/types.ts';
import { defaultModes, type Modes } from './modes.ts';
import { createNotifier, type ExchangeEvents, type Notifier } from './notify/notifier.ts';
import { createPoster, type Poster } from './notify/post.ts';
import { type Subscription, type SubscriptionView, viewOf } from './notify/subscription.ts';
import { listenTls, type TlsListener, type TlsOptions } from './tls/listen-tls.ts';
import { siteOf, urlBeneath, urlByName } from './urls.ts';

export interface ExchangeOptions {
  readonly clock: WorldClock;
  readonly calls: CallLog;
  readonly faults: FaultBoard;
  /** Own public origin with path, e.g. `http://127.0.0.1:3000/exchange`. */
  origin(): string;
  /** How callbacks are sent. Default: node:http and node:https. */
  readonly poster?: Poster | undefined;
  /** PEM of authorities that callbacks trust beside none other; default: the public ones. */
  readonly callbackCa?: string | undefined;
  /** Real time that one callback may take. Default 60 s. */
  readonly callbackTimeoutMs?: number | undefined;
  readonly modes?: Partial<Modes> | undefined;
}

/** A simulated Exchange server: EWS, push notifications, sign-in, autodiscover, and the strings to pull on it. */
export interface Exchange {
  /** Answers one request; `path` is what follows the origin, with its query. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): void;
  readonly modes: Modes;
  readonly mailboxes: MailboxStore;
  readonly events: EventEmitter<ExchangeEvents>;
  /** What autodiscover answers in place of the truth. */
  readonly autodiscover: AutodiscoverScripts;
  ewsUrl(email: string): string;
  /** Every site that a mailbox was ever moved to. */
  readonly sites: ReadonlySet<string>;
  /** `/oauth/token` of this server. */
  tokenEndpoint(): string;
  /** The same server on a port of its own with TLS; paths there have no prefix. Closed with the server. */
  listenTls(options: TlsOptions): Promise<TlsListener>;
  changePassword(email: string, password: string): void;
  /** Makes every request of this mailbox fail until called with undefined. Words: faults/vocabulary.ts. */
  failMailbox(email: string, fault: string | undefined): void;
  failedLogons(email: string): number;
  unlock(email: string): void;
  issueTokens(email: string, wish?: TokenWish): IssuedTokens;
  revokeTokens(email: string): void;
  subscriptions(email?: string): SubscriptionView[];
  /** Forgets all subscriptions, telling nobody; with an address those of the server that holds that mailbox. */
  restart(email?: string): void;
  /**
   * Moves the mailbox to another site: the old URL answers ErrorProxyRequestNotAllowed, and its subscriptions die,
   * unless they are to live on, as where one server only gets another name.
   */
  moveMailbox(email: string, site: string, options?: { readonly subscriptionsLiveOn?: boolean }): void;
  /** Pushes an Error message on all subscriptions of the mailbox; those that it ends are gone already. */
  pushError(email: string, code: string, options?: { readonly withSubscriptionId?: boolean }): Promise<void>;
  /** Sends a StatusEvent now. */
  heartbeat(email: string): Promise<void>;
  holdCallbacks(email: string): void;
  releaseCallbacks(email: string, order?: 'forward' | 'reverse'): void;
  /** Sends a callback again that was delivered before, byte for byte; `back` 0 is the last one. */
  repeatCallback(email: string, back?: number): Promise<void>;
  /** What happens in the mailbox next is believed delivered and never sent: a gap. */
  loseEvents(email: string, actions?: number): void;
  /** Resolves when no callback is in flight. Retries and heartbeats that wait for the clock do not count. */
  idle(): Promise<void>;
  close(): void;
}

/** Error messages after which Exchange has dropped the subscription already. */
const ENDS_SUBSCRIPTION = new Set([
  'ErrorReadEventsFailed',
  'ErrorEventNotFound',
  'ErrorExpiredSubscription',
  'ErrorInvalidSubscription',
  'ErrorSubscriptionNotFound',
  'ErrorSubscriptionUnsubscribed',
]);

export function createExchange(options: ExchangeOptions): Exchange {
  const { clock, calls, faults } = options;
  const modes: Modes = { ...defaultModes(), ...options.modes };
  const events = new EventEmitter<ExchangeEvents>();
  const poster =
    options.poster ??
    createPoster({ timeoutMs: options.callbackTimeoutMs ?? 60_000, ca: options.callbackCa });
  const notifier: Notifier = createNotifier({
    clock,
    modes,
    poster,
    events,
    serverName: 'exch01.example.com',
  });
  const now = () => clock.now();
  const store = createMailboxStore({ now, onEvents: accept });
  function accept(mailbox: Mailbox, happened: readonly StoreEvent[]): void {
    notifier.accept(mailbox, happened);
    events.emit('changed', mailbox.email);
  }
  const tokens = createTokens({ now, modes });
  const ews = {
    store,
    modes,
    tokens,
    connections: createConnections(),
    budgets: createBudgets(now),
    now,
    notifier,
    calls,
    faults,
  };
  const scripts = createAutodiscoverScripts();
  const discover = { ...ews, scripts, ewsUrl };
  const sites = new Set<string>();
  const listeners: TlsListener[] = [];
  const active = (email: string): Subscription[] => notifier.active(store.get(email));

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { pathname } = new URL(path, 'http://exchange.invalid');
    const discovery = /^\/autodiscover\/autodiscover\.(xml|svc)$/i.exec(pathname);
    if (discovery !== null) {
      const kind = discovery[1]?.toLowerCase() === 'xml' ? 'pox' : 'soap';
      const record = startCall(request, calls, now);
      const body = await readBody(request);
      const reply = answerAutodiscover(request, body, kind, discover);
      const isProbe = reply.status === 401 && !claimsIdentity(request, ews);
      record(isProbe ? 'probe' : 'Autodiscover', reply.status === 200 ? 'ok' : String(reply.status), () =>
        evidenceOf(request, body, reply),
      );
      return sendReply(response, reply, modes.gzip);
    }
    if (pathname === '/oauth/token') {
      const record = startCall(request, calls, now);
      const reply = answerToken(await readBody(request), tokens, modes.tokenRefusal);
      record('Token', reply.status === 200 ? 'ok' : String(reply.status));
      return sendReply(response, reply, false);
    }
    const site = siteOf(request.headers.host ?? '', pathname, sites);
    if (site !== undefined) return answerEws(request, response, site, ews);
    return sendReply(response, page(404, '404 - File or directory not found.'), false);
  }

  function ewsUrl(mailbox: Mailbox): string {
    return modes.externalUrl === 'name' ? urlByName(mailbox) : urlBeneath(options.origin(), mailbox);
  }

  function handle(request: IncomingMessage, response: ServerResponse, path: string): void {
    answer(request, response, path).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'text/plain' });
      // A word that is no fault, for example: whoever misspelt it should see it.
      response.end(error instanceof Error ? error.message : '');
    });
  }

  return {
    handle,
    autodiscover: scripts,
    tokenEndpoint: () => `${options.origin()}/oauth/token`,
    async listenTls(tls) {
      const listener = await listenTls(handle, tls);
      listeners.push(listener);
      return listener;
    },
    modes,
    mailboxes: store,
    events,
    ewsUrl: (email) => ewsUrl(store.get(email)),
    sites,
    changePassword(email, password) {
      store.get(email).password = password;
    },
    failMailbox(email, fault) {
      if (fault !== undefined) readMisbehaviour(fault);
      store.get(email).fault = fault;
    },
    failedLogons: (email) => store.get(email).failedLogons,
    unlock(email) {
      Object.assign(store.get(email), { lockedOut: false, failuresInARow: 0 });
    },
    issueTokens: (email, wish) => tokens.issue(store.get(email), wish),
    revokeTokens: (email) => tokens.revokeAll(store.get(email)),
    subscriptions(email) {
      const wanted = email === undefined ? undefined : store.get(email);
      return notifier
        .all()
        .filter((s) => wanted === undefined || s.mailbox === wanted)
        .map(viewOf);
    },
    restart(email) {
      for (const subscription of email === undefined ? notifier.active() : active(email))
        notifier.end(subscription, 'restart');
    },
    moveMailbox(email, site, { subscriptionsLiveOn = false } = {}) {
      if (!subscriptionsLiveOn) for (const subscription of active(email)) notifier.end(subscription, 'moved');
      store.get(email).site = site;
      if (site !== '') sites.add(site);
    },
    async pushError(email, code, { withSubscriptionId = true } = {}) {
      for (const subscription of active(email)) {
        await notifier.pushError(subscription, code, faultText(code, modes.language), withSubscriptionId);
        if (ENDS_SUBSCRIPTION.has(code)) notifier.end(subscription, 'queue-lost');
      }
    },
    async heartbeat(email) {
      await Promise.all(active(email).map((subscription) => notifier.status(subscription)));
    },
    holdCallbacks: (email) => active(email).forEach(notifier.hold),
    releaseCallbacks(email, order = 'forward') {
      for (const subscription of active(email)) notifier.release(subscription, order);
    },
    async repeatCallback(email, back) {
      await Promise.all(active(email).map((subscription) => notifier.resend(subscription, back)));
    },
    loseEvents(email, actions = 1) {
      for (const subscription of active(email)) notifier.lose(subscription, actions);
    },
    idle: notifier.idle,
    close() {
      for (const subscription of notifier.active()) notifier.end(subscription, 'restart');
      for (const listener of listeners) listener.close();
      poster.close();
    },
  };
}
