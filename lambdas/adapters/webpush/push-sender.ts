/** PushSender on Web Push: one POST per push to the subscription's push service (RFC 8030, 8291, 8292). */
import { DependencyUnavailable } from '#domain/errors.ts';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import type { Push, PushOutcome, PushSender, PushTarget } from '#domain/ports/push.ts';
import type { Connection } from '../ews/outgoing/connection.ts';
import type { Destination } from '../ews/outgoing/outgoing-rules.ts';
import { encryptMessage, MAX_PLAINTEXT_BYTES } from './encrypt-message.ts';
import { meaningOfAnswer } from './outcomes.ts';
import { type WebPushMessage, webPushMessage } from './payload.ts';
import type { PushHosts } from './push-hosts.ts';
import { openSubscription } from './sealed-subscription.ts';
import type { Subscription } from './subscription.ts';
import type { Vapid } from './vapid.ts';

export interface WebPushSenderOptions {
  readonly vapid: Vapid;
  readonly hosts: PushHosts;
  /** Key of the stored subscriptions. Throws DependencyUnavailable('secrets'). */
  subscriptionKey(): Promise<Uint8Array>;
  /** Address of the web app; a tap on a notification leads there. */
  readonly appUrl: string;
  connect(destination: Destination): Connection;
  /** Bound of one POST. */
  readonly timeoutMs: number;
}

/** A message that a push service found too large is sent again in this size: our own texts fit in it. */
const SHORT_BYTES = 1_024;

/** Never throws. A push that shows nothing counts as delivered: browsers punish silent pushes. */
export function createWebPushSender(options: WebPushSenderOptions): PushSender<'webpush'> {
  return {
    async send(target, push) {
      try {
        const subscription = openSubscription(await options.subscriptionKey(), target.endpointArn);
        if (subscription === undefined) return { kind: 'misconfigured', code: 'SubscriptionUnreadable' };
        return await sendTo(options, subscription, target, push);
      } catch (error) {
        if (error instanceof DependencyUnavailable) return { kind: 'later', code: error.code };
        return { kind: 'misconfigured', code: 'Unknown' };
      }
    },
  };
}

async function sendTo(
  options: WebPushSenderOptions,
  subscription: Subscription,
  target: PushTarget<'webpush'>,
  push: Push,
): Promise<PushOutcome> {
  const judgement = options.hosts.judge(subscription.endpoint);
  if (!judgement.ok) return { kind: 'misconfigured', code: 'HostRefused' };
  const message = webPushMessage(target, push, options.appUrl, MAX_PLAINTEXT_BYTES);
  if (message === undefined) return { kind: 'delivered' };
  const connection = options.connect(judgement.destination);
  try {
    const first = await post(options, connection, subscription, message);
    if (first.kind !== 'too-large') return first;
    const shorter = webPushMessage(target, push, options.appUrl, SHORT_BYTES) ?? message;
    const second = await post(options, connection, subscription, shorter);
    return second.kind === 'too-large' ? { kind: 'misconfigured', code: 'Http413' } : second;
  } finally {
    connection.close();
  }
}

async function post(
  { vapid, timeoutMs }: WebPushSenderOptions,
  connection: Connection,
  subscription: Subscription,
  message: WebPushMessage,
) {
  const { url } = connection.destination;
  const outcome = await connection.send(
    {
      method: 'POST',
      headers: {
        authorization: await vapid.authorization(url.origin),
        'content-encoding': 'aes128gcm',
        'content-type': 'application/octet-stream',
        ttl: String(message.ttlSeconds),
        urgency: message.urgency,
        topic: message.topic,
      },
      body: encryptMessage(subscription, Buffer.from(message.text)),
    },
    timeoutMs,
  );
  if (!outcome.ok) return failed(outcome.failure);
  const { status, headers } = outcome.answer;
  return meaningOfAnswer(status, headers['content-type']);
}

/** A push service that cannot be reached comes back; one whose certificate or address is refused needs somebody. */
function failed({ kind }: ExchangeFailure): PushOutcome {
  return kind === 'timeout' || kind === 'unreachable'
    ? { kind: 'later', code: kind === 'timeout' ? 'Timeout' : 'Unreachable' }
    : { kind: 'misconfigured', code: 'ConnectionRefused' };
}
