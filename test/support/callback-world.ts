import { createHash } from 'node:crypto';
import { createAcceptCallback } from '#domain/callback/accept-callback.ts';
import type { CallbackSettings } from '#domain/callback/handling/ports.ts';
import { DataRefused, DependencyUnavailable } from '#domain/errors.ts';
import {
  asId,
  type EndpointId,
  type KeyPairId,
  type MailboxId,
  type RegistrationId,
  type SubscriptionId,
} from '#domain/model/ids.ts';
import type { Mail } from '#domain/model/mail.ts';
import type {
  IncomingNotification,
  MailboxEvent,
  NotificationMessage,
  PushedErrorConsequence,
} from '#domain/model/mailbox-event.ts';
import type { DeviceTarget, SubscriptionView } from '#domain/model/subscription.ts';
import type { CallbackAftermath, CallbackStore, Sighting } from '#domain/ports/store.ts';
import { DAY_MS, recorder, testClock, testIds, testUuid } from './memory/clock.ts';
import { callbackIdOf, memoryCrypto } from './memory/crypto.ts';
import { memoryEwsUrls } from './memory/ews-urls.ts';
import { memoryExchange } from './memory/exchange.ts';
import { memoryPush } from './memory/push.ts';
import { memoryTimer } from './memory/timer.ts';

export const SUBSCRIPTION = asId<SubscriptionId>(testUuid(9001));
export const INBOX = 'inbox-of-ann';
export const SEALED = 'sealed-by-register';

const sha256 = (text: string) => createHash('sha256').update(text).digest();

export function device(n: number, changes: Partial<DeviceTarget> = {}): DeviceTarget {
  return {
    registrationId: asId<RegistrationId>(testUuid(7000 + n)),
    endpointId: asId<EndpointId>(testUuid(8000 + n)),
    endpointArn: `arn:aws:sns:eu-central-1:111122223333:endpoint/APNS/ens/${n}`,
    endpointEnabled: true,
    platform: 'apns',
    preferences: { content: 'subject-and-sender', badge: true, sound: true },
    unreadElsewhere: 0,
    ...changes,
  };
}

/** A mail of ann's, in her Inbox. */
export function mail(itemId: string, changes: Partial<Mail> = {}): Mail {
  return {
    itemId,
    parentFolderId: INBOX,
    sender: { name: 'Bob Builder', address: 'bob@example.com' },
    subject: `Subject of ${itemId}`,
    isRead: false,
    isDraft: false,
    sensitivity: 'normal',
    kind: 'message',
    ...changes,
  };
}

/** What a test changes before a call and looks at after it. */
interface State {
  /**
   * `after-see`: the first statement succeeds, no later one does. `silent`: none is ever answered. `refuses`: it is well
   * and takes no value after the first statement.
   */
  database: 'up' | 'down' | 'after-see' | 'silent' | 'refuses';
  /** No aftermath is recorded before it is kept. */
  recording: Promise<void> | undefined;
  /** `down`: a prepared row cannot be taken back. */
  abandoning: 'up' | 'down';
  hostSuspects: { suspects: number; tried: number };
  /** Claims that were asked for again; the one that succeeds. */
  readonly claims: Parameters<CallbackStore['claim']>[0][];
  freeAfter: number;
  readonly hostsJudged: Parameters<CallbackStore['hostSuspects']>[0][];
  refusedHost: boolean;
  view: SubscriptionView | undefined;
  notification: IncomingNotification;
  readonly aftermath: CallbackAftermath[];
  readonly sightings: Sighting[];
  readonly renewals: string[];
  readonly activated: string[];
  readonly activatedHosts: (string | undefined)[];
  readonly abandoned: string[];
}

/** Everything around the use case, in memory: one subscription of ann's, active, with one phone. */
export function callbackWorld(settings: Partial<CallbackSettings> = {}) {
  const clock = testClock();
  const recorded = recorder();
  const crypto = memoryCrypto();
  const server = memoryExchange();
  const push = memoryPush();
  const ewsUrls = memoryEwsUrls();
  const ids = testIds();
  const timer = memoryTimer();
  server.mails = (asked) => asked.map((itemId) => ({ kind: 'mail', mail: mail(itemId) }));
  crypto.sealed.set(SEALED, {
    subscriptionId: SUBSCRIPTION,
    email: 'ann@example.com',
    ewsUrl: 'https://mail.example.com/EWS/Exchange.asmx',
    auth: { type: 'basic', username: 'ann', password: 'secret' },
  });
  const world: State = {
    database: 'up',
    recording: undefined,
    abandoning: 'up',
    hostSuspects: { suspects: 0, tried: 100 },
    hostsJudged: [],
    claims: [],
    freeAfter: 0,
    refusedHost: false,
    view: undefined,
    aftermath: [],
    sightings: [],
    renewals: [],
    activated: [],
    activatedHosts: [],
    abandoned: [],
    notification: { kind: 'notification', messages: [] },
  };
  const keyPair = {
    id: asId<KeyPairId>(testUuid(5001)),
    publicKey: new Uint8Array(1),
    wrappedPrivateKey: new Uint8Array(1),
    createdAt: clock.now() - DAY_MS,
  };
  world.view = {
    id: SUBSCRIPTION,
    state: 'active',
    createdAt: clock.now() - DAY_MS,
    lastSeenAt: clock.now() - 60_000,
    sealedSha256: sha256(SEALED),
    rowHalf: { kind: 'inner-key', innerKey: new Uint8Array(32) },
    keyPair,
    newestKeyPairCreatedAt: keyPair.createdAt,
    watermark: 'w1',
    previousWatermark: 'w0',
    wantedEvents: 'mail-and-badge',
    refusals: 0,
    claim: 'in-order',
    alerts: 1,
    mailbox: {
      id: asId<MailboxId>(testUuid(6001)),
      ewsHost: 'mail.example.com',
      inboxSha256: sha256(INBOX),
      unread: 3,
      unreadAt: clock.now() - 600_000,
      activeSubscriptionId: SUBSCRIPTION,
    },
    devices: [device(1)],
  };
  const whileUp = <T>(value: () => T, isSee = false): Promise<T> =>
    world.database === 'silent' ? Promise.withResolvers<T>().promise : answered(value, isSee);
  const answered = <T>(value: () => T, isSee: boolean): Promise<T> =>
    world.database === 'up' || (isSee && world.database !== 'down')
      ? Promise.resolve(value())
      : Promise.reject(
          world.database === 'refuses'
            ? new DataRefused('22P05')
            : new DependencyUnavailable('database', 'DatabaseResumingException'),
        );
  const store: CallbackStore = {
    see: (sighting) =>
      whileUp(() => {
        world.sightings.push(sighting);
        return world.view?.id === sighting.subscriptionId ? world.view : undefined;
      }, true),
    claim: (request) =>
      whileUp(() => {
        world.claims.push(request);
        return world.claims.length === world.freeAfter;
      }),
    async record(aftermath) {
      await world.recording;
      return whileUp(() => void world.aftermath.push(aftermath));
    },
    hostSuspects: (request) =>
      whileUp(() => {
        world.hostsJudged.push(request);
        return world.hostSuspects;
      }),
    prepareRenewal: ({ subscription }) =>
      whileUp(() => {
        world.renewals.push(subscription.id);
        return { wantedEvents: 'mail-and-badge' };
      }),
  };
  const acceptCallback = createAcceptCallback(
    {
      pepper: crypto.pepper,
      readNotification: () => world.notification,
      itemIds: { folderIdSha256: sha256, canonical: (id) => id },
      store,
      registrations: {
        activate: async ({ subscriptionId, ewsHost }) => {
          world.activated.push(subscriptionId);
          world.activatedHosts.push(ewsHost);
        },
        async abandon({ subscriptionId }) {
          if (world.abandoning === 'down')
            throw new DependencyUnavailable('database', 'DatabaseResumingException');
          world.abandoned.push(subscriptionId);
        },
      },
      keyPairs: { newest: async () => keyPair },
      ewsUrls: ewsUrls.cache,
      vault: crypto.vault,
      seal: crypto.seal,
      rules: {
        refuseExchangeUrl: () => (world.refusedHost ? 'not in allowedExchangeHosts' : undefined),
        exchangeAddress: (url) => new URL(url).host,
        refuseTokenEndpoint: () => undefined,
      },
      exchange: server.exchange,
      autodiscover: server.autodiscover,
      push: push.sender,
      clock,
      timer: timer.timer,
      ids,
      log: recorded.log,
      metrics: recorded.metrics,
    },
    {
      callbackBaseUrl: 'https://ens.example.com/api/ens/callback',
      callbackUrlCharacters: 2_083,
      statusFrequencyMinutes: 30,
      contentCeiling: 'subject-and-sender',
      keyLifeMs: 30 * DAY_MS,
      exchangeBudgetMs: 10_000,
      answerBudgetMs: 15_000,
      itemsPerFetch: 50,
      pushesPerRequest: 5,
      ...settings,
    },
  );
  function messages(...all: readonly NotificationMessage[]): void {
    world.notification = { kind: 'notification', messages: all };
  }

  return {
    world,
    clock,
    timer,
    recorded,
    crypto,
    server,
    push,
    ewsUrls,
    messages,
    /** Changes the stored subscription. */
    store: (changes: Partial<SubscriptionView>) => {
      if (world.view !== undefined) world.view = { ...world.view, ...changes };
    },
    /** The credentials were refused that long ago, and this request has their next try. */
    refusedBefore: (ms: number) => {
      const at = clock.now() - ms;
      if (world.view !== undefined)
        world.view = { ...world.view, suspectSince: at, lastRefusedAt: at, refusals: 1, claim: 'held' };
    },
    /** A request of Exchange, authentic unless said otherwise. */
    call: (request: { callbackId?: string; sealed?: string } = {}) =>
      acceptCallback({
        callbackId: request.callbackId ?? callbackIdOf(SUBSCRIPTION),
        sealed: request.sealed ?? SEALED,
        body: new Uint8Array(),
      }),
    /** Exchange reports these events in one message, without a gap. */
    events: (...events: readonly MailboxEvent[]) =>
      messages({ kind: 'events', previousWatermark: 'w1', moreEvents: false, events }),
    /** The same after a gap: the request names a watermark that nobody has seen. */
    afterGap: (...events: readonly MailboxEvent[]) =>
      messages({ kind: 'events', previousWatermark: 'unseen', moreEvents: false, events }),
    pushedError: (consequence: PushedErrorConsequence) =>
      messages({ kind: 'error', code: 'ErrorReadEventsFailed', consequence }),
    newMail: (...itemIds: readonly string[]) =>
      itemIds.map(
        (id): MailboxEvent => ({
          type: 'new-mail',
          watermark: `w-${id}`,
          at: clock.now() - 1_000,
          target: { kind: 'item', id },
          parentFolderId: INBOX,
        }),
      ),
    unread: (unreadCount: number): MailboxEvent => ({
      type: 'modified',
      watermark: 'w2',
      at: clock.now() - 500,
      target: { kind: 'folder', id: INBOX },
      unreadCount,
    }),
    /** All that was written after the fact, taken together. */
    written: (): Partial<CallbackAftermath> => Object.assign({}, ...world.aftermath),
  };
}
