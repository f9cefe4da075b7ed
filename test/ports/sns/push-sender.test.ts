import {
  DeleteEndpointCommand,
  SetPlatformApplicationAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPreviewSealer } from '#adapters/jose/preview-sealer.ts';
import { createPushSender } from '#adapters/sns/push-sender.ts';
import { SNS_PLATFORMS } from '#domain/model/preferences.ts';
import type { PushSender } from '#domain/ports/push.ts';
import { PUSHES, targetOn } from '../../support/push-cases.ts';
import { applicationArn, freshToken, startTestSns, type TestSns } from '../../support/sns.ts';

let sns: TestSns;
beforeAll(async () => {
  sns = await startTestSns();
});
afterAll(async () => sns.world.close());

/** With exactly what the callback function's role grants. */
function sender(resources?: readonly string[]): PushSender {
  const arns = SNS_PLATFORMS.map(
    (platform) => `${applicationArn(platform).replace(':app/', ':endpoint/')}/*`,
  );
  const client = sns.restricted(['sns:Publish'], resources ?? arns);
  return createPushSender({ client, previews: createPreviewSealer(), timeoutMs: 5_000 });
}

describe('PushSender', () => {
  it.each(SNS_PLATFORMS)('delivers every kind of push to %s, one call each', async (platform) => {
    const token = freshToken();
    const target = { ...targetOn(platform), endpointArn: await sns.newEndpoint(platform, token) };
    const push = sender();
    for (const one of Object.values(PUSHES)) {
      const calls = await sns.callsOf(async () => {
        await expect(push.send(target, one)).resolves.toEqual({ kind: 'delivered' });
      });
      expect(calls).toEqual(['Publish']);
    }
    expect(sns.world.aws.phones.notifications(platform, token)).toHaveLength(Object.keys(PUSHES).length);
  });

  it('reaches APNs with the headers that its payload needs', async () => {
    const token = freshToken();
    const target = { ...targetOn('apns'), endpointArn: await sns.newEndpoint('apns', token) };
    await sender().send(target, PUSHES.badge);
    expect(sns.world.aws.phones.notifications('apns', token)[0]).toMatchObject({
      headers: { 'apns-push-type': 'alert', 'apns-priority': '5', 'apns-collapse-id': 'badge' },
      payload: { aps: { badge: 2 } },
    });
  });

  it.each([
    ['Throttled', 'later'],
    ['InternalError', 'later'],
    ['ServiceUnavailable', 'later'],
    ['PlatformApplicationDisabled', 'misconfigured'],
    ['AuthorizationError', 'misconfigured'],
    ['SomethingNew', 'misconfigured'],
  ])('answers %s with %s and throws nothing', async (error, kind) => {
    const target = { ...targetOn('fcm'), endpointArn: await sns.newEndpoint('fcm') };
    sns.world.faults.add({ service: 'sns', action: 'Publish', error, times: 1 });
    await expect(sender().send(target, PUSHES.wake)).resolves.toEqual({ kind, code: error });
  });

  it('answers a connection that breaks with later', async () => {
    const target = { ...targetOn('fcm'), endpointArn: await sns.newEndpoint('fcm') };
    sns.world.faults.add({ service: 'sns', action: 'Publish', error: 'ECONNRESET', times: 1 });
    await expect(sender().send(target, PUSHES.wake)).resolves.toMatchObject({ kind: 'later' });
  });

  it('finds a disabled endpoint gone', async () => {
    const endpointArn = await sns.newEndpoint('apns');
    await sns.setEnabled(endpointArn, false);
    await expect(sender().send({ ...targetOn('apns'), endpointArn }, PUSHES.wake)).resolves.toEqual({
      kind: 'device-gone',
    });
  });

  it('finds a deleted endpoint gone', async () => {
    const endpointArn = await sns.newEndpoint('apns');
    await sns.operator.send(new DeleteEndpointCommand({ EndpointArn: endpointArn }));
    await expect(sender().send({ ...targetOn('apns'), endpointArn }, PUSHES.wake)).resolves.toEqual({
      kind: 'device-gone',
    });
  });

  it('keeps the device when the platform application is disabled', async () => {
    const PlatformApplicationArn = applicationArn('apns-sandbox');
    const endpointArn = await sns.newEndpoint('apns-sandbox');
    const set = async (Enabled: string) =>
      await sns.operator.send(
        new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn, Attributes: { Enabled } }),
      );
    await set('false');
    const outcome = await sender().send({ ...targetOn('apns-sandbox'), endpointArn }, PUSHES.wake);
    await set('true');
    expect(outcome).toEqual({ kind: 'misconfigured', code: 'PlatformApplicationDisabled' });
  });

  it('keeps the device when its own role may not publish', async () => {
    const target = { ...targetOn('apns'), endpointArn: await sns.newEndpoint('apns') };
    await expect(sender(['arn:aws:sns:*:*:endpoint/GCM/*']).send(target, PUSHES.wake)).resolves.toEqual({
      kind: 'misconfigured',
      code: 'AuthorizationError',
    });
  });

  it('gives up in its time when SNS hangs', async () => {
    const target = { ...targetOn('apns'), endpointArn: await sns.newEndpoint('apns') };
    const client = new SNSClient(sns.world.client());
    const push = createPushSender({ client, previews: createPreviewSealer(), timeoutMs: 50 });
    sns.world.faults.add({ service: 'sns', action: 'Publish', times: 1, delayMs: 500 });
    await expect(push.send(target, PUSHES.wake)).resolves.toMatchObject({ kind: 'later' });
  });
});
