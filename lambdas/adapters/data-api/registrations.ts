import { asId, type MailboxId, type RegistrationId } from '#domain/model/ids.ts';
import type { RegistrationRequest, RegistrationStore } from '#domain/ports/store.ts';
import type { Database, Parameters } from './database.ts';
import { ACTIVATE, BEGIN } from './registration-statements.ts';
import { asRow, boolean, number, oneOf, optional, text } from './row.ts';
import { UNREGISTER } from './unregister-statement.ts';

/** Of both the port's promises and the check constraint. */
export const STATES = ['pending', 'active', 'superseded', 'lost', 'rejected'] as const;
export const WANTED_EVENTS = ['mail', 'mail-and-badge'] as const;

const ENDPOINT_ARN = `
  SELECT json_build_object('arn', endpoint_arn)::text FROM endpoints
   WHERE platform = :platform::text AND token_sha256 = :token::bytea`;

/** A device that was renewed meanwhile, or whose credentials another subscription carries, stays. */
const ABANDON = `
  WITH box AS (
    SELECT m.id FROM mailboxes m JOIN subscriptions s ON s.mailbox_id = m.id
     WHERE s.id = :subscription::uuid FOR UPDATE OF m
  ), dropped AS (
    DELETE FROM subscriptions
     WHERE id = :subscription::uuid AND state = 'pending' AND (SELECT count(*) FROM box) >= 0
    RETURNING id
  )
  DELETE FROM devices d
   WHERE (SELECT count(*) FROM dropped) >= 0 AND d.id = :registration::uuid AND d.renewed_at = d.created_at
     AND NOT EXISTS (SELECT 1 FROM subscriptions s
                      WHERE s.mailbox_id = d.mailbox_id AND s.credentials_from = d.id
                        AND s.id <> :subscription::uuid AND s.state IN ('pending', 'active'))`;

const CHECK_IN = `
  SELECT json_build_object(
           'registrationId', d.id,
           'subscriptionState', s.state,
           'endpointEnabled', e.enabled,
           'lastSeenAt', s.last_seen_at,
           'renewedAt', d.renewed_at,
           'expiresAt', d.expires_at,
           'credentialsExpireAt', s.credentials_expire_at)::text
    FROM devices d
    JOIN endpoints e ON e.id = d.endpoint_id
    JOIN mailboxes m ON m.id = d.mailbox_id
    LEFT JOIN subscriptions s ON s.id = coalesce(
      m.active_subscription_id,
      (SELECT p.id FROM subscriptions p WHERE p.mailbox_id = m.id AND p.state = 'pending'
        ORDER BY p.created_at DESC LIMIT 1))
   WHERE d.id = :id::uuid`;

/**
 * Registrations. A device belongs to a mailbox by the id that its app chose, and that id
 * is a claim: it finds the device of the mailbox that Exchange named and no other. So a phone may hold
 * several mailboxes, and one that changes hands adds a device to its new owner's mailbox without taking
 * anything from the former one. Only its HMAC is stored, because an app may choose a name as its id.
 */
export function createRegistrationStore(database: Database): RegistrationStore {
  return {
    async endpointArn(platform, tokenSha256) {
      const [row] = await database.run(ENDPOINT_ARN, { platform, token: tokenSha256 });
      return row === undefined ? undefined : text(asRow(row), 'arn');
    },
    async begin(request) {
      const [value] = await database.run(BEGIN, beginParameters(request));
      if (value === undefined) return undefined;
      const row = asRow(value);
      return {
        registrationId: asId<RegistrationId>(text(row, 'registrationId')),
        mailboxId: asId<MailboxId>(text(row, 'mailboxId')),
        created: boolean(row, 'created'),
        wantedEvents: oneOf(row, 'wantedEvents', WANTED_EVENTS),
        subscribe: boolean(row, 'subscribe'),
      };
    },
    async activate({
      now,
      subscriptionId,
      mailboxId,
      registrationId,
      replaces,
      watermark,
      wantedEvents,
      ewsHost,
    }) {
      await database.run(ACTIVATE, {
        now,
        id: subscriptionId,
        mailbox: mailboxId,
        registration: registrationId,
        replaces,
        watermark,
        wanted_events: wantedEvents,
        host: ewsHost,
      });
    },
    async abandon({ subscriptionId, registrationId }) {
      await database.run(ABANDON, { subscription: subscriptionId, registration: registrationId });
    },
    async checkIn(id) {
      const [value] = await database.run(CHECK_IN, { id });
      if (value === undefined) return undefined;
      const row = asRow(value);
      return {
        registrationId: asId<RegistrationId>(text(row, 'registrationId')),
        subscriptionState: optional(row, 'subscriptionState', (r, name) => oneOf(r, name, STATES)),
        endpointEnabled: boolean(row, 'endpointEnabled'),
        lastSeenAt: optional(row, 'lastSeenAt', number),
        renewedAt: number(row, 'renewedAt'),
        expiresAt: number(row, 'expiresAt'),
        credentialsExpireAt: optional(row, 'credentialsExpireAt', number),
      };
    },
    async unregister(id, now) {
      await database.run(UNREGISTER, { id, now });
    },
  };
}

function beginParameters(request: RegistrationRequest): Parameters {
  const { device, preferences } = request;
  return {
    now: request.now,
    host: request.ewsHost,
    inbox: request.inboxSha256,
    address: request.addressHmac,
    unread: request.unread.count,
    unread_at: request.unread.at,
    platform: device.platform,
    token: device.tokenSha256,
    arn: request.endpointArn,
    device: device.idHmac,
    account: device.accountHmac,
    challenge_at: request.challengeIssuedAt,
    content: preferences.content,
    badge: preferences.badge,
    sound: preferences.sound,
    preview_key: preferences.previewKey === undefined ? undefined : JSON.stringify(preferences.previewKey),
    expires_at: request.expiresAt,
    ...subscriptionParameters(request.subscription),
  };
}

/** Parameters of a `pending` row, for a registration and for a renewal inside a callback. */
export function subscriptionParameters(subscription: RegistrationRequest['subscription']): Parameters {
  const { rowHalf } = subscription;
  return {
    id: subscription.id,
    key_pair: subscription.keyPairId,
    sealed: subscription.sealedSha256,
    inner_key: rowHalf.kind === 'inner-key' ? rowHalf.innerKey : undefined,
    inner_jwe: rowHalf.kind === 'inner-jwe' ? rowHalf.innerJwe : undefined,
    durable: subscription.durable,
    credentials_expire_at: subscription.credentialsExpireAt,
  };
}
