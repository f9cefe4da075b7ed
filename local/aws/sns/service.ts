import { randomUUID } from 'node:crypto';
import type { WorldClock } from '../../world/clock.ts';
import type { PhonePlatform, PhoneSink } from '../phones.ts';
import { AwsError, isObject, type Json, type JsonObject, type Operation, text } from '../wire.ts';
import { answerApplications } from './applications.ts';
import { answerEndpoints } from './endpoints.ts';
import { buildNotification } from './notification.ts';
import { invalidParameter, readMessageAttributes } from './parameters.ts';
import { type Application, createStore, type Endpoint, type Platform } from './store.ts';

export interface SnsOptions {
  readonly clock: WorldClock;
  readonly region: string;
  readonly accountId: string;
  readonly phones: PhoneSink;
  /** A delivery failed for good and the application names a topic for that; `message` is the event's JSON. */
  onDeliveryFailure?(topicArn: string, message: string): void;
}

const PHONES: Readonly<Record<Platform, PhonePlatform>> = {
  APNS: 'apns',
  APNS_SANDBOX: 'apns-sandbox',
  GCM: 'fcm',
};
const MESSAGE_BYTES = 262_144;

/** Mobile push of SNS: platform applications, endpoints, and Publish to one endpoint. */
export function createSns(options: SnsOptions): { answer(operation: Operation): JsonObject } {
  const { clock, phones } = options;
  const store = createStore(options.region, options.accountId);

  function publish({ input, authorize }: Operation): JsonObject {
    const targetArn = text(input, 'TargetArn') ?? text(input, 'TopicArn');
    if (targetArn === undefined)
      throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
    authorize('SNS:Publish', targetArn);
    const content = text(input, 'Message') ?? '';
    if (content === '') throw invalidParameter('Empty message');
    if (Buffer.byteLength(content) > MESSAGE_BYTES) throw invalidParameter('Message too long');
    const attributes = readMessageAttributes(input);
    if (!targetArn.includes(':endpoint/')) throw new AwsError('NotFound', 404, 'Topic does not exist');
    const found = store.endpoint(targetArn);
    if (found === undefined) {
      throw invalidParameter('TargetArn Reason: No endpoint found for the target arn specified');
    }
    const { application, endpoint } = found;
    if (application.attributes.Enabled === 'false') {
      throw new AwsError('PlatformApplicationDisabled', 400, 'Platform application is disabled');
    }
    const message = select(content, text(input, 'MessageStructure'), application.platform);
    const now = clock.now();
    const { headers, payload, ttlSeconds } = buildNotification(
      application,
      endpoint.token,
      message,
      attributes,
      now,
    );
    if (!endpoint.enabled) throw new AwsError('EndpointDisabled', 400, 'Endpoint is disabled');
    const MessageId = randomUUID();
    const platform = PHONES[application.platform];
    const at = new Date(now).toISOString();
    const delivery = { platform, token: endpoint.token, messageId: MessageId, at, headers, payload };
    const outcome = phones.deliver(delivery, ttlSeconds === 0 ? 0 : now + ttlSeconds * 1000);
    // The publisher learns nothing of what the platform says: Publish has succeeded.
    if (outcome === 'invalid-token') failForGood(application, endpoint, MessageId);
    return { MessageId };
  }

  /** SNS disables the endpoint itself and tells the application's topic (application-event-notifications). */
  function failForGood(application: Application, endpoint: Endpoint, MessageId: string): void {
    endpoint.enabled = false;
    const topicArn = application.attributes.EventDeliveryFailure;
    if (!topicArn) return;
    const event = {
      DeliveryAttempts: 1,
      EndpointArn: endpoint.arn,
      EventType: 'DeliveryFailure',
      FailureMessage: 'Platform token associated with the endpoint is not valid',
      FailureType: 'InvalidPlatformToken',
      MessageId,
      Resource: application.arn,
      Service: 'SNS',
      Time: new Date(clock.now()).toISOString(),
    };
    options.onDeliveryFailure?.(topicArn, JSON.stringify(event));
  }

  return {
    answer(operation) {
      if (operation.action === 'Publish') return publish(operation);
      if (/^(Create|Get|Set|Delete)(Platform)?Endpoint/.test(operation.action)) {
        return answerEndpoints(operation, store);
      }
      return answerApplications(operation, store);
    },
  };
}

/** What the message says for this platform: its own entry, else `default`. Values that are no strings count as absent. */
function select(
  content: string,
  structure: string | undefined,
  platform: Platform,
): { text: string; plain: boolean } {
  if (structure === undefined) return { text: content, plain: true };
  if (structure !== 'json') throw invalidParameter('Invalid message structure. Must be json');
  const entries = parse(content);
  if (!isObject(entries)) {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  const own = entries[platform];
  if (typeof own === 'string') return { text: own, plain: false };
  if (typeof entries.default === 'string') return { text: entries.default, plain: true };
  throw invalidParameter('Message Structure - No default entry in JSON message body');
}

function parse(source: string): Json {
  try {
    return JSON.parse(source);
  } catch {
    return null;
  }
}
