/**
 * One push as SNS hands it to FCM v1: a data message, so that the app's own code decides what is shown.
 * Source: Firebase, "FCM message types" and "Message priority".
 */
import type { Push, PushTarget } from '#domain/ports/push.ts';
import { type Alert, alertOf, fitAlert, MAX_PAYLOAD_BYTES, shownItem } from '#domain/push/alert.ts';
import { english, type Line } from '#domain/push/own-texts.ts';
import { threadId } from './apns-payload.ts';

/**
 * A day for all but wakes. Unlike APNs, FCM keeps many messages for a phone that is away, and a phone that
 * dozes would never see a badge with no life at all; the collapse key keeps only the newest of those.
 */
const TTL_SECONDS = 86_400;
const WAKE_TTL_SECONDS = 7_200;

type Target = Pick<PushTarget, 'registrationId'>;

/** JSON text of SNS's `GCM` value, at most 4096 bytes. Every data value is a string, as FCM demands. */
export function fcmPayload(target: Target, push: Push, preview?: string): string {
  const alert = alertOf(push);
  if (alert === undefined) return encode(target, push, undefined, preview);
  const room = MAX_PAYLOAD_BYTES - Buffer.byteLength(encode(target, push, fitAlert(alert, 0), preview));
  return encode(target, push, fitAlert(alert, room), preview);
}

export function fcmTtlSeconds(push: Push): number {
  return push.type === 'wake' ? WAKE_TTL_SECONDS : TTL_SECONDS;
}

function encode(target: Target, push: Push, alert: Alert | undefined, preview: string | undefined): string {
  return JSON.stringify({
    fcmV1Message: {
      message: {
        android: {
          // High priority that shows nothing is held against the app, so silent pushes travel as normal.
          priority: alert === undefined ? 'NORMAL' : 'HIGH',
          ttl: `${fcmTtlSeconds(push)}s`,
          // FCM keeps four collapse keys per phone at most: mails have none, and carry their `id` as data.
          collapse_key: push.type === 'badge' ? 'badge' : undefined,
        },
        data: {
          v: '1',
          type: push.type === 'open-app' ? 'wake' : push.type,
          mailbox: target.registrationId,
          ...(push.type === 'badge' ? { unread: String(push.badge) } : {}),
          ...(push.type === 'new-mail' ? newMailData(target.registrationId, push, preview) : {}),
          ...(alert === undefined ? {} : alertData(alert)),
        },
      },
    },
  });
}

function newMailData(
  id: string,
  push: Extract<Push, { type: 'new-mail' }>,
  preview: string | undefined,
): Record<string, string | undefined> {
  return {
    id: push.collapseKey,
    unread: push.badge === undefined ? undefined : String(push.badge),
    sound: push.sound ? 'default' : undefined,
    ...(push.count > 1
      ? { count: String(push.count) }
      : { thread: threadId(id, push.thread), item: shownItem(push.itemId) }),
    preview,
  };
}

function alertData(alert: Alert): Record<string, string> {
  return { ...lineData('title', alert.title), ...lineData('body', alert.body) };
}

function lineData(name: 'title' | 'body', line: Line | undefined): Record<string, string> {
  if (line === undefined) return {};
  const key = line.kind === 'own' ? { [`${name}_loc_key`]: line.own.resource } : {};
  const args =
    line.kind === 'own' && line.args.length > 0 ? { [`${name}_loc_args`]: JSON.stringify(line.args) } : {};
  return { [name]: english(line), ...key, ...args };
}
