import {
  CreatePlatformApplicationCommand,
  CreatePlatformEndpointCommand,
  GetEndpointAttributesCommand,
  type MessageAttributeValue,
  PublishCommand,
  SetEndpointAttributesCommand,
  SetPlatformApplicationAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestAws, type TestAws } from '../../support/aws.ts';
import { refusal } from '../../support/aws-refusal.ts';
import { APNS_ATTRIBUTES, FCM_ATTRIBUTES } from '../../support/push-credentials.ts';

let world: TestAws;
let client: SNSClient;
const applications = { APNS: '', APNS_SANDBOX: '', GCM: '' };
const FAILURES = 'arn:aws:sns:eu-central-1:123456789012:failures';

beforeAll(async () => {
  world = await startTestAws({ database: false });
  client = new SNSClient(world.client());
  applications.APNS = await createApplication('APNS', { ...APNS_ATTRIBUTES, EventDeliveryFailure: FAILURES });
  applications.APNS_SANDBOX = await createApplication('APNS_SANDBOX', APNS_ATTRIBUTES);
  applications.GCM = await createApplication('GCM', FCM_ATTRIBUTES);
});

afterAll(async () => {
  client.destroy();
  await world.close();
});

async function createApplication(Platform: string, Attributes: Record<string, string>, Name = 'mail') {
  const created = await client.send(new CreatePlatformApplicationCommand({ Name, Platform, Attributes }));
  return created.PlatformApplicationArn ?? '';
}

async function endpoint(Token: string, application = applications.APNS): Promise<string> {
  const input = { PlatformApplicationArn: application, Token };
  return (await client.send(new CreatePlatformEndpointCommand(input))).EndpointArn ?? '';
}

function publish(
  TargetArn: string,
  message: Record<string, unknown>,
  attributes: Record<string, string> = {},
) {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]): [string, MessageAttributeValue] => [
      `AWS.SNS.MOBILE.${name}`,
      { DataType: 'String', StringValue },
    ]),
  );
  const Message = JSON.stringify({ default: 'New message', ...message });
  return client.send(new PublishCommand({ TargetArn, MessageStructure: 'json', Message, MessageAttributes }));
}

const alert = (body: string) =>
  JSON.stringify({ aps: { alert: { title: 'Ann', body }, 'mutable-content': 1 } });

describe('a published notification', () => {
  it('reaches the phone as Apple would get it', async () => {
    const sentAt = world.clock.now();
    await publish(
      await endpoint('aa01'),
      { APNS: alert('Lunch?') },
      { 'APNS.PUSH_TYPE': 'alert', 'APNS.PRIORITY': '10', 'APNS.COLLAPSE_ID': 'item-1', 'APNS.TTL': '86400' },
    );
    const [received, ...rest] = world.aws.phones.notifications('apns', 'AA01');
    expect(rest).toEqual([]);
    expect(received?.payload).toEqual(JSON.parse(alert('Lunch?')));
    expect(received?.headers).toEqual({
      'apns-push-type': 'alert',
      'apns-priority': '10',
      'apns-topic': 'com.example.mail',
      'apns-collapse-id': 'item-1',
      'apns-expiration': expect.stringMatching(/^\d+$/),
    });
    const expiration = Number(received?.headers['apns-expiration']);
    expect(expiration - Math.floor(sentAt / 1000) - 86_400).toBeLessThanOrEqual(5);
  });

  it('expires at once with TTL 0', async () => {
    await publish(await endpoint('aa02'), { APNS: alert('x') }, { 'APNS.TTL': '0' });
    expect(world.aws.phones.notifications('apns', 'aa02')[0]?.headers['apns-expiration']).toBe('0');
  });

  it('is of type background when it has content-available and no alert', async () => {
    await publish(await endpoint('aa03'), { APNS: '{"aps":{"content-available":1}}' });
    expect(world.aws.phones.notifications('apns', 'aa03')[0]?.headers).toMatchObject({
      'apns-push-type': 'background',
      'apns-priority': '5',
    });
  });

  it('says to the sandbox what stands under APNS_SANDBOX, and the default otherwise', async () => {
    const arn = await endpoint('aa04', applications.APNS_SANDBOX);
    await publish(arn, { APNS: alert('production'), APNS_SANDBOX: alert('sandbox') });
    await publish(arn, { APNS: alert('production') });
    expect(world.aws.phones.notifications('apns-sandbox', 'aa04').map(({ payload }) => payload)).toEqual([
      JSON.parse(alert('sandbox')),
      { aps: { alert: 'New message' } },
    ]);
    expect(world.aws.phones.notifications('apns', 'aa04')).toEqual([]);
  });

  it('reaches an Android phone as an FCM v1 message with its token', async () => {
    const message = { android: { priority: 'HIGH', ttl: '86400s' }, data: { type: 'new-mail' } };
    await publish(await endpoint('fcm:1', applications.GCM), {
      GCM: JSON.stringify({ fcmV1Message: { message } }),
    });
    expect(world.aws.phones.notifications('fcm', 'fcm:1')).toEqual([
      { at: expect.any(String), headers: {}, payload: { message: { ...message, token: 'fcm:1' } } },
    ]);
  });

  it('takes how long it lives from the attribute of its own platform, before what the message says', async () => {
    const expires = (token: string) =>
      world.aws.phones.notifications('apns-sandbox', token)[0]?.headers['apns-expiration'];
    const attributes = { 'APNS.TTL': '0', 'APNS_SANDBOX.TTL': '3600', 'FCM.TTL': '60' };
    await publish(await endpoint('aa06', applications.APNS_SANDBOX), {}, attributes);
    expect(Number(expires('aa06'))).toBeGreaterThan(world.clock.now() / 1000);
    const message = { android: { priority: 'HIGH', ttl: '86400s' } };
    const GCM = JSON.stringify({ fcmV1Message: { message } });
    await publish(await endpoint('fcm:2', applications.GCM), { GCM }, attributes);
    expect(world.aws.phones.notifications('fcm', 'fcm:2')[0]?.payload).toEqual({
      message: { android: { priority: 'HIGH', ttl: '60s' }, token: 'fcm:2' },
    });
  });

  it('waits alone for a phone that is off, until it expires', async () => {
    const { phones } = world.aws;
    const arn = await endpoint('aa05');
    phones.setOnline('apns', 'aa05', false);
    await publish(arn, { APNS: alert('first') }, { 'APNS.TTL': '3600' });
    await publish(arn, { APNS: alert('second') }, { 'APNS.TTL': '3600' });
    await publish(arn, { APNS: alert('now or never') }, { 'APNS.TTL': '0' });
    expect(phones.notifications('apns', 'aa05')).toEqual([]);
    phones.setOnline('apns', 'aa05', true);
    expect(phones.notifications('apns', 'aa05').map(({ payload }) => payload)).toEqual([
      JSON.parse(alert('second')),
    ]);
    phones.setOnline('apns', 'aa05', false);
    await publish(arn, { APNS: alert('late') }, { 'APNS.TTL': '60' });
    await world.clock.advance(61_000);
    phones.setOnline('apns', 'aa05', true);
    expect(phones.notifications('apns', 'aa05')).toHaveLength(1);
  });
});

it('an Android phone that comes back after the attribute’s time finds nothing', async () => {
  const { phones } = world.aws;
  const GCM = JSON.stringify({ fcmV1Message: { message: { android: { ttl: '86400s' } } } });
  phones.setOnline('fcm', 'fcm:3', false);
  await publish(await endpoint('fcm:3', applications.GCM), { GCM }, { 'FCM.TTL': '60' });
  await world.clock.advance(61_000);
  phones.setOnline('fcm', 'fcm:3', true);
  expect(phones.notifications('fcm', 'fcm:3')).toEqual([]);
});

describe('Publish refuses', () => {
  it.each([
    ['APNS', 'Notification is too long', { APNS: alert('x'.repeat(4096)) }],
    ['APNS', 'Notification is malformed', { APNS: 'no json' }],
    ['APNS', 'Notification is malformed', { APNS: '{}' }],
    ['GCM', 'values of data must be strings', { GCM: '{"fcmV1Message":{"message":{"data":{"n":1}}}}' }],
    ['GCM', 'fcmV1Message.message is missing', { GCM: '{"message":{}}' }],
    [
      'GCM',
      'Notification data is larger than allowed limit',
      { GCM: JSON.stringify({ fcmV1Message: { message: { data: { x: 'x'.repeat(4096) } } } }) },
    ],
  ] as const)('for %s what it calls "%s"', async (platform, reason, message) => {
    const arn = await endpoint('bb01', applications[platform]);
    expect(await refusal(publish(arn, message))).toEqual({
      name: 'InvalidParameterException',
      message: `Invalid parameter: Message Reason: Invalid notification for protocol ${platform}: ${reason}`,
      status: 400,
    });
  });

  it('a payload of 4,097 bytes, counted in UTF-8, and takes one of 4,096', async () => {
    const arn = await endpoint('bb02');
    const fits = `${'é'.repeat(2000)}${'x'.repeat(4096 - 4000 - Buffer.byteLength(alert('')))}`;
    await publish(arn, { APNS: alert(fits) });
    expect((await refusal(publish(arn, { APNS: alert(`${fits}x`) }))).message).toContain('is too long');
  });

  it.each([
    ['ParameterValueInvalid', { 'APNS.COLLAPSE_ID': '\u{1f600}' }],
    ['InvalidParameter', { 'APNS.COLLAPSE_ID': 'x'.repeat(65) }],
    ['InvalidParameter', { 'APNS.PUSH_TYPE': 'loud' }],
    ['InvalidParameter', { 'APNS.PRIORITY': '7' }],
    ['InvalidParameter', { 'APNS.TTL': '2419201' }],
    ['InvalidParameter', { 'APNS.NO_SUCH': 'x' }],
  ])('with %s the reserved attribute %j', async (_code, attributes) => {
    const arn = await endpoint('bb03');
    const { status } = await refusal(publish(arn, { APNS: alert('x') }, attributes));
    expect(status).toBe(400);
    expect(world.calls.all().at(-1)?.outcome).toBe(_code);
  });

  it('an endpoint that it does not know', async () => {
    expect(await refusal(publish(`${await endpoint('bb04')}0`, {}))).toEqual({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified',
      status: 400,
    });
  });

  it('a disabled endpoint and a disabled application, each by its own name', async () => {
    const arn = await endpoint('bb05');
    const Attributes = { Enabled: 'false' };
    await client.send(new SetEndpointAttributesCommand({ EndpointArn: arn, Attributes }));
    expect(await refusal(publish(arn, {}))).toEqual({
      name: 'EndpointDisabledException',
      message: 'Endpoint is disabled',
      status: 400,
    });
    const PlatformApplicationArn = await createApplication('APNS', APNS_ATTRIBUTES, 'other');
    const other = await endpoint('bb05', PlatformApplicationArn);
    await client.send(new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn, Attributes }));
    expect((await refusal(publish(other, {}))).name).toBe('PlatformApplicationDisabledException');
  });

  it('more than 256 KiB in all', async () => {
    const call = publish(await endpoint('bb07'), { APNS: alert('x'), GCM: 'x'.repeat(262_144) });
    expect((await refusal(call)).message).toBe('Invalid parameter: Message too long');
  });

  it('a message without text, and JSON without an entry that fits', async () => {
    const TargetArn = await endpoint('bb06');
    const send = (Message: string) =>
      refusal(client.send(new PublishCommand({ TargetArn, MessageStructure: 'json', Message })));
    expect((await send('not json')).message).toBe(
      'Invalid parameter: Message Structure - JSON message body failed to parse',
    );
    expect((await send('{"GCM":"{}","APNS":{"aps":{}}}')).message).toBe(
      'Invalid parameter: Message Structure - No default entry in JSON message body',
    );
  });
});

describe('an uninstalled app', () => {
  it('is found out on delivery: the endpoint is disabled and the topic of failures told', async () => {
    const arn = await endpoint('cc01');
    world.aws.phones.uninstall('apns', 'cc01');
    await publish(arn, { APNS: alert('x') });
    const { Attributes } = await client.send(new GetEndpointAttributesCommand({ EndpointArn: arn }));
    expect(Attributes).toMatchObject({ Enabled: 'false', Token: 'cc01' });
    expect(world.deliveryFailures).toHaveLength(1);
    expect(world.deliveryFailures[0]?.topicArn).toBe(FAILURES);
    expect(JSON.parse(world.deliveryFailures[0]?.message ?? '')).toMatchObject({
      EndpointArn: arn,
      EventType: 'DeliveryFailure',
      FailureType: 'InvalidPlatformToken',
      Resource: applications.APNS,
      Service: 'SNS',
    });
    expect((await refusal(publish(arn, {}))).name).toBe('EndpointDisabledException');
  });
});

describe('the policy', () => {
  it('is asked about the endpoint for Publish and about the application for endpoints', async () => {
    const arn = await endpoint('dd01');
    const limited = new SNSClient(
      world.client([
        { Effect: 'Allow', Action: 'sns:Publish', Resource: `${arn.replace(/\/[^/]*$/, '')}/*` },
        { Effect: 'Allow', Action: ['sns:CreatePlatformEndpoint'], Resource: [applications.APNS] },
      ]),
    );
    await limited.send(new PublishCommand({ TargetArn: arn, Message: 'x' }));
    const input = { PlatformApplicationArn: applications.APNS, Token: 'dd01' };
    await limited.send(new CreatePlatformEndpointCommand(input));
    const denied = await refusal(limited.send(new GetEndpointAttributesCommand({ EndpointArn: arn })));
    expect(denied).toMatchObject({ name: 'AuthorizationErrorException', status: 403 });
    expect(denied.message).toContain(
      `is not authorized to perform: SNS:GetEndpointAttributes on resource: ${applications.APNS} because`,
    );
  });
});

it.each([
  ['Throttled', 'ThrottledException', 429, 'Throttled'],
  ['EndpointDisabledException', 'EndpointDisabledException', 400, 'EndpointDisabled'],
  ['InternalError', 'InternalErrorException', 500, 'InternalError'],
])('an ordered %s arrives as %s', async (error, name, status, outcome) => {
  world.faults.add({ service: 'sns', action: 'Publish', error, times: 1 });
  expect(await refusal(publish(applications.APNS, {}))).toMatchObject({ name, status });
  expect(world.calls.all().at(-1)?.outcome).toBe(outcome);
});
