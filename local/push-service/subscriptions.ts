/** What a push service keeps: subscriptions, and the messages of browsers that are away (RFC 8030, section 5). */
import { randomBytes } from 'node:crypto';

export interface PushMessage {
  /** Encrypted for the browser. */
  readonly body: Uint8Array;
  readonly ttlSeconds: number;
  readonly urgency: string;
  readonly topic?: string | undefined;
}

/** Takes a message at once, or says that the browser is away. */
export type Receiver = (message: PushMessage) => boolean;

export interface Subscriptions {
  /** Last segment of the subscription's address. */
  add(receiver: Receiver): string;
  remove(id: string): void;
  state(id: string): 'active' | 'gone' | 'unknown';
  deliver(id: string, message: PushMessage, nowMs: number): void;
  /** The browser is back: what is still wanted arrives now. */
  flush(id: string, nowMs: number): void;
}

interface Kept {
  readonly receiver: Receiver;
  readonly waiting: Map<string, { readonly message: PushMessage; readonly expiresMs: number }>;
}

export function createSubscriptions(): Subscriptions {
  const active = new Map<string, Kept>();
  const gone = new Set<string>();
  return {
    add(receiver) {
      const id = randomBytes(24).toString('base64url');
      active.set(id, { receiver, waiting: new Map() });
      return id;
    },
    remove(id) {
      if (active.delete(id)) gone.add(id);
    },
    state: (id) => (active.has(id) ? 'active' : gone.has(id) ? 'gone' : 'unknown'),
    deliver(id, message, nowMs) {
      const kept = active.get(id);
      if (kept === undefined || kept.receiver(message) || message.ttlSeconds === 0) return;
      // A newer message with the same topic replaces the older one; without a topic each is kept.
      const key = message.topic ?? randomBytes(8).toString('hex');
      kept.waiting.set(key, { message, expiresMs: nowMs + message.ttlSeconds * 1_000 });
    },
    flush(id, nowMs) {
      const kept = active.get(id);
      for (const [key, { message, expiresMs }] of kept?.waiting ?? []) {
        kept?.waiting.delete(key);
        if (expiresMs > nowMs) kept?.receiver(message);
      }
    },
  };
}
