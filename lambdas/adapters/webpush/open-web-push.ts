/** Web Push as a function uses it: host rules, connections, signatures and sender put together. */
import type { KMSClient } from '@aws-sdk/client-kms';
import type { PushSender } from '#domain/ports/push.ts';
import type { Clock } from '#domain/ports/system.ts';
import { createAddressRules } from '../ews/outgoing/addresses.ts';
import { createConnection } from '../ews/outgoing/connection.ts';
import { resolveWithSystem } from '../ews/outgoing/pinned-lookup.ts';
import { createTlsTrust } from '../ews/outgoing/tls-trust.ts';
import { createPushHosts, type PushHosts } from './push-hosts.ts';
import { createWebPushSender } from './push-sender.ts';
import { createVapid } from './vapid.ts';

export interface WebPushSettings {
  readonly allowedPushHosts: readonly string[];
  readonly vapidKeyArn: string | undefined;
  readonly contact: string | undefined;
  readonly appUrl: string | undefined;
}

export interface WebPushParts {
  readonly client: Pick<KMSClient, 'send'>;
  readonly clock: Clock;
  subscriptionKey(): Promise<Uint8Array>;
  readonly timeoutMs: number;
}

/** Push services answer with a few bytes; a page of a proxy is no answer of theirs. */
const ANSWER_BYTES = 64 * 1_024;

/** Undefined where Web Push is switched off. */
export function openPushHosts(allowedPushHosts: readonly string[]): PushHosts | undefined {
  return allowedPushHosts.length === 0
    ? undefined
    : createPushHosts(allowedPushHosts, createAddressRules([]));
}

/** Undefined where Web Push is switched off. */
export function openWebPush(
  settings: WebPushSettings,
  { client, clock, subscriptionKey, timeoutMs }: WebPushParts,
): PushSender<'webpush'> | undefined {
  const { vapidKeyArn, contact, appUrl, allowedPushHosts } = settings;
  const hosts = openPushHosts(allowedPushHosts);
  if (hosts === undefined || vapidKeyArn === undefined || contact === undefined || appUrl === undefined)
    return undefined;
  const addresses = createAddressRules([]);
  const trust = createTlsTrust(undefined);
  return createWebPushSender({
    vapid: createVapid({ client, keyArn: vapidKeyArn, contact, clock }),
    hosts,
    subscriptionKey,
    appUrl,
    timeoutMs,
    connect: (destination) =>
      createConnection({
        destination,
        addresses,
        resolve: resolveWithSystem,
        trust,
        maxAnswerBytes: ANSWER_BYTES,
      }),
  });
}
