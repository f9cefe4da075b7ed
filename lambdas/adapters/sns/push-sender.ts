/** PushSender on SNS direct publish: one call per push. */
import { PublishCommand, type PublishCommandInput, type SNSClient } from '@aws-sdk/client-sns';
import type { SnsPlatform } from '#domain/model/preferences.ts';
import type { PreviewSealer, Push, PushOutcome, PushSender, PushTarget } from '#domain/ports/push.ts';
import { MAX_PAYLOAD_BYTES, shownItem } from '#domain/push/alert.ts';
import { withinTime } from '../time-limit.ts';
import { apnsDelivery, apnsPayload } from './apns-payload.ts';
import { apnsAttributes, fcmAttributes, MESSAGE_KEYS } from './delivery.ts';
import { fcmPayload, fcmTtlSeconds } from './fcm-payload.ts';
import { outcomeOfError } from './outcomes.ts';

export interface PushSenderOptions {
  readonly client: Pick<SNSClient, 'send'>;
  readonly previews: PreviewSealer;
  /** Bound of one publish, the SDK's own retries included. */
  readonly timeoutMs: number;
}

/** Sends through SNS. Never throws; errors become outcomes by the table in `outcomes.ts`. */
export function createPushSender(options: PushSenderOptions): PushSender<SnsPlatform> {
  return {
    async send(target, push): Promise<PushOutcome> {
      try {
        const { outside, preview } = await withPreview(options.previews, target, push);
        const command = new PublishCommand(publishInput(target, outside, preview));
        await withinTime(options.timeoutMs, options.client.send(command));
        return { kind: 'delivered' };
      } catch (error) {
        const { kind, code } = outcomeOfError(error);
        return kind === 'device-gone' ? { kind } : { kind, code };
      }
    },
  };
}

/** The publish call for one push; exported so that its bytes can be compared without a client. */
export function publishInput(
  target: PushTarget<SnsPlatform>,
  push: Push,
  preview?: string,
): PublishCommandInput {
  const fcm = target.platform === 'fcm';
  const payload = fcm ? fcmPayload(target, push, preview) : apnsPayload(target, push, preview);
  return {
    TargetArn: target.endpointArn,
    MessageStructure: 'json',
    // SNS wants `default` present; it is never shown, because the platform's own value is always there.
    Message: JSON.stringify({ default: 'New message', [MESSAGE_KEYS[target.platform]]: payload }),
    MessageAttributes:
      target.platform === 'fcm'
        ? fcmAttributes(fcmTtlSeconds(push))
        : apnsAttributes(target.platform, apnsDelivery(target, push)),
  };
}

/**
 * With a `previewKey` the outside says nothing about the mail, whether or not sealing works: nothing ever
 * falls back to clear text.
 */
async function withPreview(
  previews: PreviewSealer,
  target: PushTarget<SnsPlatform>,
  push: Push,
): Promise<{ readonly outside: Push; readonly preview?: string | undefined }> {
  if (target.previewKey === undefined || push.type !== 'new-mail') return { outside: push };
  const { sender, subject, thread, itemId, ...outside } = push;
  if (push.count > 1) return { outside };
  const content = { sender, subject, thread, item: shownItem(itemId) };
  if (Object.values(content).every((value) => value === undefined)) return { outside };
  const encode = target.platform === 'fcm' ? fcmPayload : apnsPayload;
  const room = MAX_PAYLOAD_BYTES - Buffer.byteLength(encode(target, outside, ''));
  return { outside, preview: await previews.seal(target.previewKey, content, room) };
}
