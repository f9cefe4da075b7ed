import type { WorldClock } from '../world/clock.ts';

/** How the service's own API calls the platforms. */
export type PhonePlatform = 'apns' | 'apns-sandbox' | 'fcm';

/** One notification as Apple's or Google's service handed it to the phone. */
export interface PhoneNotification {
  /** ISO 8601, the world's clock. */
  readonly at: string;
  /** APNs request headers; empty for FCM. */
  readonly headers: Readonly<Record<string, string>>;
  /** The APNs payload, or the FCM v1 request body. */
  readonly payload: unknown;
}

export interface PhoneDelivery extends PhoneNotification {
  readonly platform: PhonePlatform;
  readonly token: string;
  /** SNS's id of the Publish that sent it. */
  readonly messageId?: string | undefined;
}

/** All phones of the world: any token exists until it is uninstalled. */
export interface PhoneSink {
  /** Everything that reached this phone, oldest first. */
  notifications(platform: PhonePlatform, token: string): readonly PhoneNotification[];
  all(): readonly PhoneDelivery[];
  /** The app is removed: the platform answers the next delivery that the token is no longer valid. */
  uninstall(platform: PhonePlatform, token: string): void;
  /** A phone that is off keeps one notification, the newest, and gets it when it is back, unless it expired. */
  setOnline(platform: PhonePlatform, token: string, online: boolean): void;
  onDelivered(listener: (delivery: PhoneDelivery) => void): () => void;
  /** For SNS. `expiresMs`: epoch ms after which nobody wants it; 0: now or never. */
  deliver(delivery: PhoneDelivery, expiresMs: number): 'accepted' | 'invalid-token';
}

export function createPhoneSink(clock: WorldClock): PhoneSink {
  const delivered: PhoneDelivery[] = [];
  const byPhone = new Map<string, PhoneNotification[]>();
  const uninstalled = new Set<string>();
  const waiting = new Map<string, { delivery: PhoneDelivery; expiresMs: number } | undefined>();
  const listeners = new Set<(delivery: PhoneDelivery) => void>();
  // APNs tokens are hexadecimal; their case means nothing.
  const keyOf = (platform: PhonePlatform, token: string) =>
    `${platform} ${platform === 'fcm' ? token : token.toLowerCase()}`;

  function handOver(delivery: PhoneDelivery): void {
    const { platform, token, at, headers, payload } = delivery;
    const key = keyOf(platform, token);
    delivered.push(delivery);
    byPhone.set(key, [...(byPhone.get(key) ?? []), { at, headers, payload }]);
    for (const listener of listeners) listener(delivery);
  }

  return {
    notifications: (platform, token) => byPhone.get(keyOf(platform, token)) ?? [],
    all: () => delivered,
    uninstall: (platform, token) => void uninstalled.add(keyOf(platform, token)),
    setOnline(platform, token, online) {
      const key = keyOf(platform, token);
      if (!online) {
        if (!waiting.has(key)) waiting.set(key, undefined);
        return;
      }
      const kept = waiting.get(key);
      waiting.delete(key);
      const now = clock.now();
      if (kept !== undefined && kept.expiresMs > now) {
        handOver({ ...kept.delivery, at: new Date(now).toISOString() });
      }
    },
    onDelivered(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    deliver(delivery, expiresMs) {
      const key = keyOf(delivery.platform, delivery.token);
      if (uninstalled.has(key)) return 'invalid-token';
      if (!waiting.has(key)) handOver(delivery);
      else if (expiresMs > 0) waiting.set(key, { delivery, expiresMs });
      return 'accepted';
    },
  };
}
