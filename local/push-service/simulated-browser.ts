/** A browser without a screen: subscribes, decrypts (RFC 8291) and keeps what it would have shown. */
import { createECDH, randomBytes } from 'node:crypto';
import { decrypt } from 'http_ece';
import { type Json, parseJson } from '../template/json.ts';
import type { PushMessage, Subscriptions } from './subscriptions.ts';

export interface ShownPush {
  /** ISO 8601, the world's clock. */
  readonly at: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Json;
}

export interface SimulatedBrowser {
  /** The subscription as `PushSubscription.toJSON()` gives it, as text. */
  readonly token: string;
  shown(): readonly ShownPush[];
  /** A browser that is away gets what is still wanted when it is back. */
  setOnline(online: boolean): void;
  /** The user takes the permission back: the next push meets 410. */
  unsubscribe(): void;
}

export function createSimulatedBrowser(parts: {
  readonly subscriptions: Subscriptions;
  readonly addressOf: (id: string) => string;
  readonly now: () => number;
  readonly onShown: (push: ShownPush) => void;
}): SimulatedBrowser {
  const key = createECDH('prime256v1');
  key.generateKeys();
  const auth = randomBytes(16).toString('base64url');
  const shown: ShownPush[] = [];
  let online = true;

  function receive({ body, ttlSeconds, urgency, topic }: PushMessage): boolean {
    if (!online) return false;
    const options = { version: 'aes128gcm', privateKey: key, authSecret: auth } as const;
    const payload = parseJson(decrypt(Buffer.from(body), options).toString('utf8'));
    const push = {
      at: new Date(parts.now()).toISOString(),
      headers: { ttl: String(ttlSeconds), urgency, ...(topic === undefined ? {} : { topic }) },
      payload,
    };
    shown.push(push);
    parts.onShown(push);
    return true;
  }

  const id = parts.subscriptions.add(receive);
  return {
    token: JSON.stringify({
      endpoint: parts.addressOf(id),
      keys: { p256dh: key.getPublicKey('base64url'), auth },
    }),
    shown: () => shown,
    setOnline(value) {
      online = value;
      if (online) parts.subscriptions.flush(id, parts.now());
    },
    unsubscribe: () => parts.subscriptions.remove(id),
  };
}
