import { createHash, randomUUID } from 'node:crypto';
import { asId, type KeyPairId, type SubscriptionId } from '#domain/model/ids.ts';
import type { RegistrationRequest, Sighting } from '#domain/ports/store.ts';

export const NOW = Date.UTC(2026, 0, 15, 8);
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
export const KEY_PAIR = asId<KeyPairId>('11111111-1111-4111-8111-111111111111');

export function sha256(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}

export function subscriptionId(): SubscriptionId {
  return asId<SubscriptionId>(randomUUID());
}

/** A callback that reports one new mail, under a claim of its own. */
export function sighting(
  id: SubscriptionId,
): Pick<Sighting, 'subscriptionId' | 'sealedSha256' | 'claim' | 'alerts'> {
  const claim = { by: randomUUID(), leaseMs: 15_000 };
  return { subscriptionId: id, sealedSha256: sha256(id), claim, alerts: 1 };
}

/** What differs between two registrations of a test; everything else is the same for all. */
export interface RequestOptions {
  readonly now?: number;
  readonly person?: string;
  readonly host?: string;
  readonly phone?: string;
  readonly token?: string;
  readonly durable?: boolean;
  readonly badge?: boolean;
  readonly unread?: number;
  readonly id?: SubscriptionId;
  readonly keyPairId?: KeyPairId;
  readonly innerJwe?: string;
  readonly challengeIssuedAt?: number;
}

export function registrationRequest(options: RequestOptions = {}): RegistrationRequest {
  const { now = NOW, person = 'ann', phone = 'phone', innerJwe } = options;
  const id = options.id ?? subscriptionId();
  return {
    now,
    ewsHost: options.host ?? 'mail.example.com',
    inboxSha256: sha256(`inbox of ${person}`),
    addressHmac: sha256(`address of ${person}`),
    unread: { count: options.unread ?? 0, at: now },
    device: {
      idHmac: sha256(phone),
      platform: 'apns',
      tokenSha256: sha256(options.token ?? `token of ${phone}`),
      accountHmac: sha256(`account of ${person}`),
    },
    endpointArn: `arn:aws:sns:eu-central-1:123456789012:endpoint/APNS/ens/${options.token ?? phone}`,
    preferences: { content: 'subject-and-sender', badge: options.badge ?? true, sound: true },
    expiresAt: now + 30 * DAY,
    challengeIssuedAt: options.challengeIssuedAt ?? now,
    subscription: {
      id,
      sealedSha256: sha256(id),
      rowHalf:
        innerJwe === undefined
          ? { kind: 'inner-key', innerKey: sha256(`inner key ${id}`) }
          : { kind: 'inner-jwe', innerJwe },
      keyPairId: options.keyPairId ?? KEY_PAIR,
      durable: options.durable ?? true,
    },
  };
}
