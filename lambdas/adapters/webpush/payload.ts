/**
 * One push as a browser shows it: declarative JSON (`web_push: 8030`). Browsers without Declarative Web Push give
 * the same JSON to the service worker. Source: W3C Push API, "Declarative push message".
 */
import { createHash } from 'node:crypto';
import type { Push, PushTarget } from '#domain/ports/push.ts';
import { type Alert, alertOf, fitAlert, shownItem } from '#domain/push/alert.ts';
import { english, type Line } from '#domain/push/own-texts.ts';

const DECLARATIVE = 8030;
const TOPIC_CHARACTERS = 32;
const ALERT_TTL_SECONDS = 86_400;

export interface WebPushMessage {
  /** JSON text, at most `maxBytes` of UTF-8. */
  readonly text: string;
  readonly urgency: 'high';
  readonly ttlSeconds: number;
  /** At most 32 base64url characters: a newer message with the same topic replaces one not yet delivered. */
  readonly topic: string;
}

type Target = Pick<PushTarget, 'registrationId'>;

/** The message for a push; undefined for one that shows nothing, which this platform must not send. */
export function webPushMessage(
  target: Target,
  push: Push,
  appUrl: string,
  maxBytes: number,
): WebPushMessage | undefined {
  const alert = alertOf(push);
  if (alert === undefined) return undefined;
  const topic = topicOf(target, push);
  const encode = (fitted: Alert) => JSON.stringify(declarative(target, push, fitted, topic, appUrl));
  const room = maxBytes - Buffer.byteLength(encode(fitAlert(alert, 0)));
  return {
    text: encode(fitAlert(alert, Math.max(0, room))),
    urgency: 'high',
    ttlSeconds: ALERT_TTL_SECONDS,
    topic,
  };
}

function declarative(target: Target, push: Push, alert: Alert, topic: string, appUrl: string) {
  // A notification needs a title: a text of our own without one becomes the title.
  const title = alert.title ?? alert.body;
  const body = alert.title === undefined ? undefined : alert.body;
  return {
    web_push: DECLARATIVE,
    notification: {
      title: english(title),
      body: body === undefined ? undefined : english(body),
      navigate: `${appUrl}#${navigation(target, push)}`,
      tag: topic,
      lang: 'en',
      dir: 'auto',
      silent: push.type === 'new-mail' && !push.sound,
    },
    app_badge: push.type === 'new-mail' ? push.badge : undefined,
    mutable: true,
    ens: {
      v: 1,
      type: push.type === 'open-app' ? 'wake' : push.type,
      mailbox: target.registrationId,
      ...details(push),
      title: localised(title),
      body: body === undefined ? undefined : localised(body),
    },
  };
}

/** Our own texts by key, so that the service worker can show them in the user's language. */
function localised(line: Line) {
  return line.kind === 'own' ? { key: line.own.resource, args: line.args } : undefined;
}

function details(push: Push) {
  if (push.type !== 'new-mail') return {};
  return push.count > 1 ? { count: push.count } : { item: shownItem(push.itemId) };
}

/** The fragment reaches no server. */
function navigation({ registrationId }: Target, push: Push): string {
  const item = push.type === 'new-mail' && push.count === 1 ? shownItem(push.itemId) : undefined;
  return item === undefined
    ? `/mailbox/${registrationId}`
    : `/mail/${registrationId}/${encodeURIComponent(item)}`;
}

function topicOf({ registrationId }: Target, push: Push): string {
  const key = push.type === 'new-mail' ? push.collapseKey : push.type;
  return createHash('sha256')
    .update(`${registrationId}\n${key}`)
    .digest('base64url')
    .slice(0, TOPIC_CHARACTERS);
}
