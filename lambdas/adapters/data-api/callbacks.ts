import { asId, type MailboxId, type RegistrationId, type SubscriptionId } from '#domain/model/ids.ts';
import type { RowHalf, SubscriptionView } from '#domain/model/subscription.ts';
import type { CallbackAftermath, CallbackStore } from '#domain/ports/store.ts';
import type { FolderUnread } from '#domain/push/badge.ts';
import { CLAIM_AGAIN } from './callback-claims.ts';
import { HOST_SUSPECTS, PREPARE_RENEWAL, RECORD, SEE } from './callback-statements.ts';
import type { Database, Parameters } from './database.ts';
import { readDevices } from './devices.ts';
import { readKeyPair } from './key-pairs.ts';
import { STATES, subscriptionParameters, WANTED_EVENTS } from './registrations.ts';
import { asRow, boolean, bytes, number, oneOf, optional, type Row, text } from './row.ts';

/** What a callback reads and writes. */
export function createCallbackStore(database: Database): CallbackStore {
  return {
    async see(sighting) {
      const { subscriptionId, sealedSha256, now, watermark, previousWatermark, folders = [] } = sighting;
      const [value] = await database.run(SEE, {
        id: subscriptionId,
        sealed: sealedSha256,
        now,
        watermark,
        previous: previousWatermark,
        claim: sighting.claim.by,
        lease: sighting.claim.leaseMs,
        alerts: sighting.alerts,
        folders: folders.length === 0 ? undefined : JSON.stringify(folders.map(folderJson)),
      });
      return value === undefined ? undefined : readView(subscriptionId, asRow(value));
    },
    async record(aftermath) {
      await database.run(RECORD, recordParameters(aftermath));
    },
    async claim({ subscriptionId, now, claim: { by, leaseMs } }) {
      const rows = await database.run(CLAIM_AGAIN, { id: subscriptionId, now, claim: by, lease: leaseMs });
      return rows.length > 0;
    },
    async hostSuspects({ ewsHost, since }) {
      const [value] = await database.run(HOST_SUSPECTS, { host: ewsHost, since });
      const row = asRow(value);
      return { suspects: number(row, 'suspects'), tried: number(row, 'tried') };
    },
    async prepareRenewal({ now, mailboxId, replaces, subscription }) {
      const [value] = await database.run(PREPARE_RENEWAL, {
        now,
        mailbox: mailboxId,
        replaces,
        ...subscriptionParameters(subscription),
      });
      return { wantedEvents: oneOf(asRow(value), 'wantedEvents', WANTED_EVENTS) };
    },
  };
}

function folderJson({ folderSha256, count, at }: FolderUnread): object {
  return { folder: Buffer.from(folderSha256).toString('base64'), count, at };
}

function recordParameters(aftermath: CallbackAftermath): Parameters {
  const { refused, trusted, quietUntil, neutralAt, lost, released } = aftermath;
  const ended = aftermath.ended === true || refused === 'proof';
  const touches = [refused, trusted, quietUntil, neutralAt, lost, released].some(
    (value) => value !== undefined,
  );
  return {
    id: aftermath.subscriptionId,
    now: aftermath.now,
    refused,
    next_try_at: aftermath.nextTryAt,
    released,
    trusted: trusted === true,
    quiet_until: quietUntil,
    neutral_at: neutralAt,
    lost: lost === true,
    ended,
    owed: aftermath.owed === true,
    unread: aftermath.unread?.count,
    unread_at: aftermath.unread?.at,
    endpoints: JSON.stringify(aftermath.disabledEndpoints ?? []),
    touches: touches || ended,
  };
}

function readView(id: SubscriptionId, row: Row): SubscriptionView {
  return {
    id,
    state: oneOf(row, 'state', STATES),
    createdAt: number(row, 'createdAt'),
    supersededAt: optional(row, 'supersededAt', number),
    lastSeenAt: optional(row, 'lastSeenAt', number),
    sealedSha256: bytes(row, 'sealedSha256'),
    rowHalf: readHalf(row),
    keyPair: readKeyPair(asRow(row.keyPair)),
    // Without a usable pair there is no successor: the subscription's own is as new as it gets.
    newestKeyPairCreatedAt: optional(row, 'newestKeyPairCreatedAt', number) ?? 0,
    watermark: optional(row, 'watermark', text),
    previousWatermark: optional(row, 'previousWatermark', text),
    wantedEvents: oneOf(row, 'wantedEvents', WANTED_EVENTS),
    suspectSince: optional(row, 'suspectSince', number),
    lastRefusedAt: optional(row, 'lastRefusedAt', number),
    refusals: number(row, 'refusals'),
    nextTryAt: optional(row, 'nextTryAt', number),
    claim: readClaim(row),
    alerts: number(row, 'alerts'),
    quietUntil: optional(row, 'quietUntil', number),
    lastNeutralAt: optional(row, 'lastNeutralAt', number),
    credentialsExpireAt: optional(row, 'credentialsExpireAt', number),
    credentialsFrom: optional(row, 'credentialsFrom', (r, name) => asId<RegistrationId>(text(r, name))),
    mailbox: {
      id: asId<MailboxId>(text(row, 'mailboxId')),
      ewsHost: text(row, 'ewsHost'),
      inboxSha256: bytes(row, 'inboxSha256'),
      unread: optional(row, 'unread', number),
      unreadAt: optional(row, 'unreadAt', number),
      activeSubscriptionId: optional(row, 'activeSubscriptionId', (r, name) =>
        asId<SubscriptionId>(text(r, name)),
      ),
    },
    devices: readDevices(row),
  };
}

function readClaim(row: Row): SubscriptionView['claim'] {
  const isSuspect = optional(row, 'suspectSince', number) !== undefined;
  if (!boolean(row, 'claimed')) return isSuspect ? 'paused' : 'in-use';
  return isSuspect || !boolean(row, 'inOrder') ? 'held' : 'in-order';
}

function readHalf(row: Row): RowHalf {
  const innerKey = optional(row, 'innerKey', bytes);
  return innerKey === undefined
    ? { kind: 'inner-jwe', innerJwe: text(row, 'innerJwe') }
    : { kind: 'inner-key', innerKey };
}
