/** One push as APNs expects it. Source: Apple, "Generating a remote notification". */
import { createHash } from 'node:crypto';
import type { Push, PushTarget } from '#domain/ports/push.ts';
import { type Alert, alertOf, fitAlert, MAX_PAYLOAD_BYTES, shownItem } from '#domain/push/alert.ts';
import { english, type Line } from '#domain/push/own-texts.ts';
import type { Delivery } from './delivery.ts';

const ALERT_TTL_SECONDS = 86_400;
/** A silent wake is worth nothing once the visible one follows it. */
const WAKE_TTL_SECONDS = 7_200;

type Target = Pick<PushTarget, 'registrationId'>;

/** JSON text of the payload, at most 4096 bytes. `preview` is what was sealed of a push without content. */
export function apnsPayload(target: Target, push: Push, preview?: string): string {
  const alert = alertOf(push);
  if (alert === undefined) return encode(target, push, undefined, preview);
  const room = MAX_PAYLOAD_BYTES - Buffer.byteLength(encode(target, push, fitAlert(alert, 0), preview));
  return encode(target, push, fitAlert(alert, room), preview);
}

/** How APNs shall treat the push: type, priority, life, and which notification on the phone it replaces. */
export function apnsDelivery(target: Target, push: Push): Delivery {
  switch (push.type) {
    case 'new-mail':
      return alertDelivery(push.collapseKey);
    case 'sign-in':
    case 'open-app':
      return alertDelivery(`${push.type}.${target.registrationId}`);
    case 'badge':
      return { pushType: 'alert', priority: 5, ttlSeconds: 0, collapseId: 'badge' };
    case 'wake':
      return {
        pushType: 'background',
        priority: 5,
        ttlSeconds: WAKE_TTL_SECONDS,
        collapseId: `wake.${target.registrationId}`,
      };
  }
}

function alertDelivery(collapseId: string): Delivery {
  return { pushType: 'alert', priority: 10, ttlSeconds: ALERT_TTL_SECONDS, collapseId };
}

function encode(target: Target, push: Push, alert: Alert | undefined, preview: string | undefined): string {
  const id = target.registrationId;
  return JSON.stringify({
    aps: push.type === 'wake' ? { 'content-available': 1 } : aps(id, push, alert),
    ens: {
      v: 1,
      type: push.type === 'open-app' ? 'wake' : push.type,
      mailbox: id,
      ...(push.type === 'new-mail' ? { ...clearDetails(push), preview } : {}),
    },
  });
}

function aps(id: string, push: Exclude<Push, { type: 'wake' }>, alert: Alert | undefined) {
  switch (push.type) {
    case 'badge':
      return { badge: push.badge };
    case 'sign-in':
      return { alert: wireAlert(alert), sound: 'default', category: 'ENS_SIGN_IN' };
    case 'open-app':
      return { alert: wireAlert(alert), sound: 'default', category: 'ENS_OPEN_APP', 'mutable-content': 1 };
    case 'new-mail':
      return {
        alert: wireAlert(alert),
        badge: push.badge,
        sound: push.sound ? 'default' : undefined,
        'thread-id': push.count === 1 ? threadId(id, push.thread) : undefined,
        category: 'ENS_NEW_MAIL',
        'mutable-content': 1,
      };
  }
}

/** Members of `ens` that travel in the clear; with a preview they are inside it. */
function clearDetails(push: Extract<Push, { type: 'new-mail' }>) {
  return push.count > 1 ? { count: push.count } : { item: shownItem(push.itemId) };
}

/** Equal for the mails of one conversation of one registration, and meaningless to everybody else. */
export function threadId(registrationId: string, thread: string | undefined): string | undefined {
  if (thread === undefined) return undefined;
  return createHash('sha256').update(`${registrationId}\n${thread}`).digest('base64url').slice(0, 22);
}

function wireAlert(alert: Alert | undefined) {
  if (alert === undefined) return undefined;
  return { ...wireLine('title', 'title-loc', alert.title), ...wireLine('body', 'loc', alert.body) };
}

/** Text and localisation key side by side: whichever a system version prefers, the line reads well. */
function wireLine(name: 'title' | 'body', prefix: 'title-loc' | 'loc', line: Line | undefined) {
  if (line === undefined) return {};
  if (line.kind === 'given') return { [name]: line.text };
  const args = line.args.length > 0 ? { [`${prefix}-args`]: line.args } : {};
  return { [name]: english(line), [`${prefix}-key`]: line.own.key, ...args };
}
