import { isObject, type Json, type JsonObject } from '../wire.ts';
import { invalidParameter, type MessageAttribute } from './parameters.ts';
import type { Application, Platform } from './store.ts';

/** A notification in the form in which SNS hands it to Apple or Google. */
export interface OutgoingNotification {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: JsonObject;
  /** How long somebody wants it; 0: now or never. */
  readonly ttlSeconds: number;
}

const PAYLOAD_BYTES = 4096;
const FOUR_WEEKS_SECONDS = 2_419_200;
const COLLAPSE_ID_BYTES = 64;
const PUSH_TYPES =
  'alert background voip complication fileprovider mdm location liveactivity pushtotalk'.split(' ');
const PRIORITIES = ['1', '5', '10'];
const RESERVED =
  /^AWS\.SNS\.MOBILE\.(APNS\.(PUSH_TYPE|TOPIC|PRIORITY|COLLAPSE_ID|TTL)|APNS_SANDBOX\.TTL|(FCM|GCM)\.TTL)$/;

/**
 * The notification for one endpoint. `message`: what `MessageStructure: json` holds for the platform; plain:
 * a text for all. Throws InvalidParameter for what SNS refuses.
 */
export function buildNotification(
  application: Application,
  token: string,
  message: { readonly text: string; readonly plain: boolean },
  attributes: ReadonlyMap<string, MessageAttribute>,
  nowMs: number,
): OutgoingNotification {
  const { platform } = application;
  for (const name of attributes.keys()) {
    if (/^(aws|amazon)\./i.test(name) && !RESERVED.test(name)) {
      throw invalidParameter(`MessageAttributes Reason: ${name} is not a reserved attribute of SNS`);
    }
  }
  const reserved = (name: string) => attributes.get(`AWS.SNS.MOBILE.${name}`)?.value;
  if (platform === 'GCM') {
    return fcm(token, message, checkTtl(reserved('FCM.TTL') ?? reserved('GCM.TTL')));
  }
  const ttlSeconds = checkTtl(reserved(`${platform}.TTL`)) ?? FOUR_WEEKS_SECONDS;
  const payload: JsonObject = message.plain
    ? { aps: { alert: message.text } }
    : parsePayload(platform, message.text);
  const { aps } = payload;
  if (!isObject(aps)) throw malformed(platform, 'Notification is malformed');
  const bytes = message.plain ? JSON.stringify(payload) : message.text;
  if (Buffer.byteLength(bytes) > PAYLOAD_BYTES) throw malformed(platform, 'Notification is too long');

  const background = aps['content-available'] === 1 && aps.alert === undefined;
  const pushType =
    oneOf(reserved('APNS.PUSH_TYPE'), PUSH_TYPES, 'PUSH_TYPE') ?? (background ? 'background' : 'alert');
  const priority =
    oneOf(reserved('APNS.PRIORITY'), PRIORITIES, 'PRIORITY') ?? (pushType === 'background' ? '5' : '10');
  const topic = reserved('APNS.TOPIC') ?? application.attributes.ApplePlatformBundleID;
  const collapseId = reserved('APNS.COLLAPSE_ID');
  if (collapseId !== undefined && Buffer.byteLength(collapseId) > COLLAPSE_ID_BYTES) {
    throw invalidParameter('MessageAttributes Reason: COLLAPSE_ID must be at most 64 bytes long');
  }
  const expiration = ttlSeconds === 0 ? 0 : Math.floor(nowMs / 1000) + ttlSeconds;
  return {
    headers: {
      'apns-push-type': pushType,
      'apns-priority': priority,
      'apns-expiration': String(expiration),
      ...(topic === undefined ? {} : { 'apns-topic': topic }),
      ...(collapseId === undefined ? {} : { 'apns-collapse-id': collapseId }),
    },
    payload,
    ttlSeconds,
  };
}

/** FCM v1: SNS takes the message out of `fcmV1Message` and fills the token in. */
function fcm(
  token: string,
  message: { readonly text: string; readonly plain: boolean },
  attributeTtl: number | undefined,
): OutgoingNotification {
  const content = message.plain ? undefined : parsePayload('GCM', message.text).fcmV1Message;
  const given = isObject(content) ? content.message : undefined;
  if (!message.plain && !isObject(given)) throw malformed('GCM', 'fcmV1Message.message is missing');
  const body: JsonObject = isObject(given) ? given : { data: { default: message.text } };
  if (Buffer.byteLength(JSON.stringify(body)) > PAYLOAD_BYTES) {
    throw malformed('GCM', 'Notification data is larger than allowed limit');
  }
  const { data, android } = body;
  if (isObject(data) && Object.values(data).some((value) => typeof value !== 'string')) {
    throw malformed('GCM', 'values of data must be strings');
  }
  const bodyTtl = isObject(android) ? /^(\d+)(\.\d+)?s$/.exec(String(android.ttl ?? ''))?.[1] : undefined;
  const ttlSeconds = attributeTtl ?? (bodyTtl === undefined ? FOUR_WEEKS_SECONDS : Number(bodyTtl));
  const timed =
    attributeTtl === undefined
      ? {}
      : { android: { ...(isObject(android) ? android : {}), ttl: `${attributeTtl}s` } };
  return { headers: {}, payload: { message: { ...body, ...timed, token } }, ttlSeconds };
}

function parsePayload(platform: Platform, source: string): JsonObject {
  try {
    const value: Json = JSON.parse(source);
    if (isObject(value)) return value;
  } catch {
    // Falls through to the refusal that also meets JSON of another shape.
  }
  throw malformed(platform, 'Notification is malformed');
}

function malformed(platform: Platform, reason: string): Error {
  return invalidParameter(`Message Reason: Invalid notification for protocol ${platform}: ${reason}`);
}

function oneOf(value: string | undefined, allowed: readonly string[], name: string): string | undefined {
  if (value !== undefined && !allowed.includes(value)) {
    throw invalidParameter(`MessageAttributes Reason: ${name} ${value} is not valid`);
  }
  return value;
}

function checkTtl(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (!/^\d+$/.test(value) || seconds > FOUR_WEEKS_SECONDS) {
    throw invalidParameter('MessageAttributes Reason: TTL must be a number of seconds up to 2419200');
  }
  return seconds;
}
