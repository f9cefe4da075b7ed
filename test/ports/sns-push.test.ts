import { generateKeyPairSync } from 'node:crypto';
import {
  CreatePlatformApplicationCommand,
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  GetEndpointAttributesCommand,
  SetEndpointAttributesCommand,
  SetPlatformApplicationAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPreviewSealer } from '#adapters/jose/preview-sealer.ts';
import { createPushEndpoints } from '#adapters/sns/push-endpoints.ts';
import { createPushSender } from '#adapters/sns/push-sender.ts';
import { PLATFORMS, type Platform } from '#domain/model/preferences.ts';
import type { PushEndpoints, PushSender } from '#domain/ports/push.ts';
import type { PolicyStatement } from '../../local/aws/iam.ts';
import { ACCOUNT, REGION, startTestAws, type TestAws } from '../support/aws.ts';
import { PUSHES, targetOn } from '../support/push-cases.ts';

const KEYS = { apns: 'APNS', 'apns-sandbox': 'APNS_SANDBOX', fcm: 'GCM' } as const;
const TIMEOUT_MS = 5_000;
let world: TestAws;
let operator: SNSClient;
let tokens = 0;

function applicationArn(platform: Platform): string {
  return `arn:aws:sns:${REGION}:${ACCOUNT}:app/${KEYS[platform]}/ens`;
}
const APPLICATIONS = Object.fromEntries(PLATFORMS.map((platform) => [platform, applicationArn(platform)]));

function freshToken(): string {
  tokens += 1;
  return tokens.toString(16).padStart(64, '0');
}

function allow(actions: readonly string[], resources: readonly string[]): PolicyStatement[] {
  return [{ Effect: 'Allow', Action: [...actions], Resource: [...resources] }];
}

/** With exactly what the register function's role grants. */
function endpoints(applications = APPLICATIONS): PushEndpoints {
  const actions = ['sns:CreatePlatformEndpoint', 'sns:GetEndpointAttributes', 'sns:SetEndpointAttributes'];
  const client = new SNSClient(world.client(allow(actions, Object.values(APPLICATIONS))));
  return createPushEndpoints({ client, applications, timeoutMs: TIMEOUT_MS });
}

/** With exactly what the callback function's role grants. */
function sender(resources?: readonly string[]): PushSender {
  const arns = Object.values(APPLICATIONS).map((arn) => `${arn.replace(':app/', ':endpoint/')}/*`);
  const client = new SNSClient(world.client(allow(['sns:Publish'], resources ?? arns)));
  return createPushSender({ client, previews: createPreviewSealer(), timeoutMs: TIMEOUT_MS });
}

async function newEndpoint(platform: Platform, token = freshToken()): Promise<string> {
  const made = await operator.send(
    new CreatePlatformEndpointCommand({ PlatformApplicationArn: applicationArn(platform), Token: token }),
  );
  return made.EndpointArn ?? '';
}

async function setEnabled(arn: string, enabled: boolean): Promise<void> {
  const Attributes = { Enabled: String(enabled) };
  await operator.send(new SetEndpointAttributesCommand({ EndpointArn: arn, Attributes }));
}

async function attributesOf(arn: string): Promise<Record<string, string> | undefined> {
  return (await operator.send(new GetEndpointAttributesCommand({ EndpointArn: arn }))).Attributes;
}

/** SNS calls that `work` makes, in order. */
async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = world.calls.all().length;
  await work();
  return world.calls
    .all()
    .slice(before)
    .map(({ action }) => action);
}

beforeAll(async () => {
  world = await startTestAws({ database: false });
  operator = new SNSClient(world.client());
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const apple = {
    PlatformPrincipal: 'ABCDE12345',
    PlatformCredential: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    ApplePlatformTeamID: 'TEAM123456',
    ApplePlatformBundleID: 'com.example.mail',
  };
  const google = {
    PlatformCredential: JSON.stringify({
      type: 'service_account',
      project_id: 'p',
      private_key: 'k',
      client_email: 'e@example.com',
    }),
  };
  for (const platform of PLATFORMS) {
    const Attributes = platform === 'fcm' ? google : apple;
    await operator.send(
      new CreatePlatformApplicationCommand({ Name: 'ens', Platform: KEYS[platform], Attributes }),
    );
  }
});
afterAll(async () => world.close());

describe('PushSender', () => {
  it.each(PLATFORMS)('delivers every kind of push to %s, one call each', async (platform) => {
    const token = freshToken();
    const target = { ...targetOn(platform), endpointArn: await newEndpoint(platform, token) };
    const push = sender();
    for (const one of Object.values(PUSHES)) {
      const calls = await callsOf(async () => {
        await expect(push.send(target, one)).resolves.toEqual({ kind: 'delivered' });
      });
      expect(calls).toEqual(['Publish']);
    }
    expect(world.aws.phones.notifications(platform, token)).toHaveLength(Object.keys(PUSHES).length);
  });

  it('reaches APNs with the headers that its payload needs', async () => {
    const token = freshToken();
    const target = { ...targetOn('apns'), endpointArn: await newEndpoint('apns', token) };
    await sender().send(target, PUSHES.badge);
    expect(world.aws.phones.notifications('apns', token)[0]).toMatchObject({
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
    const target = { ...targetOn('fcm'), endpointArn: await newEndpoint('fcm') };
    world.faults.add({ service: 'sns', action: 'Publish', error, times: 1 });
    await expect(sender().send(target, PUSHES.wake)).resolves.toEqual({ kind, code: error });
  });

  it('answers a connection that breaks with later', async () => {
    const target = { ...targetOn('fcm'), endpointArn: await newEndpoint('fcm') };
    world.faults.add({ service: 'sns', action: 'Publish', error: 'ECONNRESET', times: 1 });
    await expect(sender().send(target, PUSHES.wake)).resolves.toMatchObject({ kind: 'later' });
  });

  it('finds a disabled endpoint gone', async () => {
    const endpointArn = await newEndpoint('apns');
    await setEnabled(endpointArn, false);
    await expect(sender().send({ ...targetOn('apns'), endpointArn }, PUSHES.wake)).resolves.toEqual({
      kind: 'device-gone',
    });
  });

  it('finds a deleted endpoint gone', async () => {
    const endpointArn = await newEndpoint('apns');
    await operator.send(new DeleteEndpointCommand({ EndpointArn: endpointArn }));
    await expect(sender().send({ ...targetOn('apns'), endpointArn }, PUSHES.wake)).resolves.toEqual({
      kind: 'device-gone',
    });
  });

  it('keeps the device when the platform application is disabled', async () => {
    const PlatformApplicationArn = applicationArn('apns-sandbox');
    const endpointArn = await newEndpoint('apns-sandbox');
    const set = async (Enabled: string) =>
      await operator.send(
        new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn, Attributes: { Enabled } }),
      );
    await set('false');
    const outcome = await sender().send({ ...targetOn('apns-sandbox'), endpointArn }, PUSHES.wake);
    await set('true');
    expect(outcome).toEqual({ kind: 'misconfigured', code: 'PlatformApplicationDisabled' });
  });

  it('keeps the device when its own role may not publish', async () => {
    const target = { ...targetOn('apns'), endpointArn: await newEndpoint('apns') };
    await expect(sender(['arn:aws:sns:*:*:endpoint/GCM/*']).send(target, PUSHES.wake)).resolves.toEqual({
      kind: 'misconfigured',
      code: 'AuthorizationError',
    });
  });

  it('gives up in its time when SNS hangs', async () => {
    const target = { ...targetOn('apns'), endpointArn: await newEndpoint('apns') };
    const client = new SNSClient(world.client());
    const push = createPushSender({ client, previews: createPreviewSealer(), timeoutMs: 50 });
    world.faults.add({ service: 'sns', action: 'Publish', times: 1, delayMs: 500 });
    await expect(push.send(target, PUSHES.wake)).resolves.toMatchObject({ kind: 'later' });
  });
});

describe('PushEndpoints', () => {
  it('makes an endpoint for a new token in two calls', async () => {
    const token = freshToken();
    const calls = await callsOf(async () => {
      await expect(endpoints().ensure({ platform: 'apns', token })).resolves.toEqual({
        kind: 'ready',
        endpointArn: await newEndpoint('apns', token),
      });
    });
    expect(calls.filter((action) => action !== 'CreatePlatformEndpoint')).toEqual(['GetEndpointAttributes']);
  });

  it('finds a known and enabled endpoint in one call', async () => {
    const token = freshToken();
    const knownArn = await newEndpoint('fcm', token);
    const calls = await callsOf(async () => {
      await expect(endpoints().ensure({ platform: 'fcm', token, knownArn })).resolves.toEqual({
        kind: 'ready',
        endpointArn: knownArn,
      });
    });
    expect(calls).toEqual(['GetEndpointAttributes']);
  });

  it('enables a known endpoint that SNS has disabled, without touching its token', async () => {
    const token = freshToken();
    const knownArn = await newEndpoint('apns', token);
    await setEnabled(knownArn, false);
    const calls = await callsOf(() => endpoints().ensure({ platform: 'apns', token, knownArn }));
    expect(calls).toEqual(['GetEndpointAttributes', 'SetEndpointAttributes']);
    expect(await attributesOf(knownArn)).toEqual({ Enabled: 'true', Token: token });
  });

  it('enables an unknown endpoint that exists and is disabled: create alone does not', async () => {
    const token = freshToken();
    const arn = await newEndpoint('apns', token);
    await setEnabled(arn, false);
    await expect(endpoints().ensure({ platform: 'apns', token })).resolves.toEqual({
      kind: 'ready',
      endpointArn: arn,
    });
    expect(await attributesOf(arn)).toMatchObject({ Enabled: 'true' });
  });

  it('makes the endpoint anew where the known one was deleted', async () => {
    const token = freshToken();
    const knownArn = await newEndpoint('apns', token);
    await operator.send(new DeleteEndpointCommand({ EndpointArn: knownArn }));
    const calls = await callsOf(async () => {
      await expect(endpoints().ensure({ platform: 'apns', token, knownArn })).resolves.toMatchObject({
        kind: 'ready',
      });
    });
    expect(calls).toEqual(['GetEndpointAttributes', 'CreatePlatformEndpoint', 'GetEndpointAttributes']);
  });

  it('uses the endpoint that exists with other attributes', async () => {
    const token = freshToken();
    const { EndpointArn } = await operator.send(
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
    const knownArn = await newEndpoint('apns-sandbox', token);
    const found = await endpoints().ensure({ platform: 'apns', token, knownArn });
    expect(found).toEqual({ kind: 'ready', endpointArn: await newEndpoint('apns', token) });
    expect(found).not.toMatchObject({ endpointArn: knownArn });
  });

  it('stores nothing about the user at SNS', async () => {
    const token = freshToken();
    await endpoints().ensure({ platform: 'apns', token });
    expect(Object.keys((await attributesOf(await newEndpoint('apns', token))) ?? {})).toEqual([
      'Enabled',
      'Token',
    ]);
  });

  it('says which platforms it has, and refuses the others without a call', async () => {
    const some = endpoints({ apns: applicationArn('apns'), fcm: '' });
    expect(some.configuredPlatforms()).toEqual(['apns']);
    const calls = await callsOf(async () => {
      await expect(some.ensure({ platform: 'fcm', token: 'x' })).resolves.toEqual({
        kind: 'platform-not-configured',
      });
    });
    expect(calls).toEqual([]);
  });

  it.each<[Platform, string]>([
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
    world.faults.add({ service: 'sns', action: 'CreatePlatformEndpoint', error, times: 1 });
    await expect(endpoints().ensure({ platform: 'apns', token: freshToken() })).resolves.toEqual({
      kind,
      code: error,
    });
  });

  it('calls a platform application that does not exist our set-up', async () => {
    const applications = { apns: `${applicationArn('apns')}-gone` };
    const client = new SNSClient(world.client());
    const broken = createPushEndpoints({ client, applications, timeoutMs: TIMEOUT_MS });
    await expect(broken.ensure({ platform: 'apns', token: freshToken() })).resolves.toEqual({
      kind: 'misconfigured',
      code: 'NotFound',
    });
  });
});
