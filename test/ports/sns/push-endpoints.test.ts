import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  GetEndpointAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPushEndpoints } from '#adapters/sns/push-endpoints.ts';
import { SNS_PLATFORMS, type SnsPlatform } from '#domain/model/preferences.ts';
import type { PushEndpoints } from '#domain/ports/push.ts';
import { applicationArn, freshToken, startTestSns, type TestSns } from '../../support/sns.ts';

const TIMEOUT_MS = 5_000;
const APPLICATIONS = Object.fromEntries(
  SNS_PLATFORMS.map((platform) => [platform, applicationArn(platform)]),
);
let sns: TestSns;
beforeAll(async () => {
  sns = await startTestSns();
});
afterAll(async () => sns.world.close());

/** With exactly what the register function's role grants. */
function endpoints(applications = APPLICATIONS): PushEndpoints {
  const actions = ['sns:CreatePlatformEndpoint', 'sns:GetEndpointAttributes', 'sns:SetEndpointAttributes'];
  const client = sns.restricted(actions, Object.values(APPLICATIONS));
  return createPushEndpoints({ client, applications, timeoutMs: TIMEOUT_MS });
}

async function attributesOf(arn: string): Promise<Record<string, string> | undefined> {
  return (await sns.operator.send(new GetEndpointAttributesCommand({ EndpointArn: arn }))).Attributes;
}

describe('PushEndpoints', () => {
  it('makes an endpoint for a new token in two calls', async () => {
    const token = freshToken();
    const outcomes: unknown[] = [];
    const calls = await sns.callsOf(async () => {
      outcomes.push(await endpoints().ensure({ platform: 'apns', token }));
    });
    expect(calls).toEqual(['CreatePlatformEndpoint', 'GetEndpointAttributes']);
    expect(outcomes).toEqual([{ kind: 'ready', endpointArn: await sns.newEndpoint('apns', token) }]);
  });

  it('finds a known and enabled endpoint in one call', async () => {
    const token = freshToken();
    const knownArn = await sns.newEndpoint('fcm', token);
    const calls = await sns.callsOf(async () => {
      await expect(endpoints().ensure({ platform: 'fcm', token, knownArn })).resolves.toEqual({
        kind: 'ready',
        endpointArn: knownArn,
      });
    });
    expect(calls).toEqual(['GetEndpointAttributes']);
  });

  it('enables a known endpoint that SNS has disabled, without touching its token', async () => {
    const token = freshToken();
    const knownArn = await sns.newEndpoint('apns', token);
    await sns.setEnabled(knownArn, false);
    const calls = await sns.callsOf(() => endpoints().ensure({ platform: 'apns', token, knownArn }));
    expect(calls).toEqual(['GetEndpointAttributes', 'SetEndpointAttributes']);
    expect(await attributesOf(knownArn)).toEqual({ Enabled: 'true', Token: token });
  });

  it('enables an unknown endpoint that exists and is disabled: create alone does not', async () => {
    const token = freshToken();
    const arn = await sns.newEndpoint('apns', token);
    await sns.setEnabled(arn, false);
    await expect(endpoints().ensure({ platform: 'apns', token })).resolves.toEqual({
      kind: 'ready',
      endpointArn: arn,
    });
    expect(await attributesOf(arn)).toMatchObject({ Enabled: 'true' });
  });

  it('makes the endpoint anew where the known one was deleted', async () => {
    const token = freshToken();
    const knownArn = await sns.newEndpoint('apns', token);
    await sns.operator.send(new DeleteEndpointCommand({ EndpointArn: knownArn }));
    const calls = await sns.callsOf(async () => {
      await expect(endpoints().ensure({ platform: 'apns', token, knownArn })).resolves.toMatchObject({
        kind: 'ready',
      });
    });
    expect(calls).toEqual(['GetEndpointAttributes', 'CreatePlatformEndpoint', 'GetEndpointAttributes']);
  });

  it('uses the endpoint that exists with other attributes', async () => {
    const token = freshToken();
    const { EndpointArn } = await sns.operator.send(
      new CreatePlatformEndpointCommand({
        PlatformApplicationArn: applicationArn('apns'),
        Token: token,
        CustomUserData: 'somebody',
      }),
    );
    await expect(endpoints().ensure({ platform: 'apns', token })).resolves.toEqual({
      kind: 'ready',
      endpointArn: EndpointArn,
    });
  });

  it('ignores a known endpoint of another application', async () => {
    const token = freshToken();
    const knownArn = await sns.newEndpoint('apns-sandbox', token);
    const found = await endpoints().ensure({ platform: 'apns', token, knownArn });
    expect(found).toEqual({ kind: 'ready', endpointArn: await sns.newEndpoint('apns', token) });
    expect(found).not.toMatchObject({ endpointArn: knownArn });
  });

  it('stores nothing about the user at SNS', async () => {
    const token = freshToken();
    await endpoints().ensure({ platform: 'apns', token });
    expect(Object.keys((await attributesOf(await sns.newEndpoint('apns', token))) ?? {})).toEqual([
      'Enabled',
      'Token',
    ]);
  });

  it('says which platforms it has, and refuses the others without a call', async () => {
    const some = endpoints({ apns: applicationArn('apns'), fcm: '' });
    expect(some.configuredPlatforms()).toEqual(['apns']);
    const calls = await sns.callsOf(async () => {
      await expect(some.ensure({ platform: 'fcm', token: 'x' })).resolves.toEqual({
        kind: 'platform-not-configured',
      });
    });
    expect(calls).toEqual([]);
  });

  it.each<[SnsPlatform, string]>([
    ['apns', ''],
    ['apns', 'not hexadecimal'],
    ['apns', 'zz'],
    ['apns', 'ab'.repeat(201)],
    ['fcm', ''],
    ['fcm', 'a b'],
    ['fcm', 'a'.repeat(8_193)],
  ])('refuses an %s token of the wrong form without quoting it: "%.20s"', async (platform, token) => {
    const outcome = await endpoints().ensure({ platform, token });
    expect(outcome.kind).toBe('token-invalid');
    if (token !== '') expect(JSON.stringify(outcome)).not.toContain(`"${token}`);
  });

  it.each([
    ['Throttled', 'later'],
    ['InternalError', 'later'],
    ['AuthorizationError', 'misconfigured'],
    ['SomethingNew', 'misconfigured'],
  ])('answers %s with %s and throws nothing', async (error, kind) => {
    sns.world.faults.add({ service: 'sns', action: 'CreatePlatformEndpoint', error, times: 1 });
    await expect(endpoints().ensure({ platform: 'apns', token: freshToken() })).resolves.toEqual({
      kind,
      code: error,
    });
  });

  it('calls a platform application that does not exist our set-up', async () => {
    const applications = { apns: `${applicationArn('apns')}-gone` };
    const client = new SNSClient(sns.world.client());
    const broken = createPushEndpoints({ client, applications, timeoutMs: TIMEOUT_MS });
    await expect(broken.ensure({ platform: 'apns', token: freshToken() })).resolves.toEqual({
      kind: 'misconfigured',
      code: 'NotFound',
    });
  });
});
