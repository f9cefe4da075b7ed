import {
  CreatePlatformApplicationCommand,
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  DeletePlatformApplicationCommand,
  GetEndpointAttributesCommand,
  GetPlatformApplicationAttributesCommand,
  ListEndpointsByPlatformApplicationCommand,
  ListPlatformApplicationsCommand,
  SetEndpointAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestAws, type TestAws } from '../../support/aws.ts';
import { refusal } from '../../support/aws-refusal.ts';
import { APNS_ATTRIBUTES, FCM_ATTRIBUTES } from '../../support/push-credentials.ts';

let world: TestAws;
let client: SNSClient;
let PlatformApplicationArn: string;

beforeAll(async () => {
  world = await startTestAws({ database: false });
  client = new SNSClient(world.client());
  PlatformApplicationArn = await createApplication('mail', 'APNS', APNS_ATTRIBUTES);
});

afterAll(async () => {
  client.destroy();
  await world.close();
});

async function createApplication(Name: string, Platform: string, Attributes: Record<string, string>) {
  const created = await client.send(new CreatePlatformApplicationCommand({ Name, Platform, Attributes }));
  return created.PlatformApplicationArn ?? '';
}

async function create(
  Token: string,
  rest: { Attributes?: Record<string, string>; CustomUserData?: string } = {},
) {
  const command = new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token, ...rest });
  return (await client.send(command)).EndpointArn ?? '';
}

const set = (EndpointArn: string, Attributes: Record<string, string>) =>
  client.send(new SetEndpointAttributesCommand({ EndpointArn, Attributes }));
const get = async (EndpointArn: string) =>
  (await client.send(new GetEndpointAttributesCommand({ EndpointArn }))).Attributes;

describe('CreatePlatformEndpoint', () => {
  it('gives the same endpoint for the same token', async () => {
    const first = await create('a1');
    expect(await create('a1')).toBe(first);
    expect(first).toMatch(/^arn:aws:sns:eu-central-1:123456789012:endpoint\/APNS\/mail\/[0-9a-f-]{36}$/);
    expect(await get(first)).toEqual({ Enabled: 'true', Token: 'a1' });
  });

  it('refuses the same token with other attributes, naming the endpoint', async () => {
    const arn = await create('a2');
    expect(await refusal(create('a2', { CustomUserData: 'x' }))).toEqual({
      name: 'InvalidParameterException',
      message: `Invalid parameter: Token Reason: Endpoint ${arn} already exists with the same Token, but different attributes.`,
      status: 400,
    });
  });

  it('succeeds on a disabled endpoint without enabling it', async () => {
    const arn = await create('a3');
    await set(arn, { Enabled: 'false' });
    expect(await create('a3')).toBe(arn);
    expect((await get(arn))?.Enabled).toBe('false');
    expect((await refusal(create('a3', { Attributes: { Enabled: 'true' } }))).message).toContain(
      'but different attributes',
    );
  });

  it('takes the user data of the attributes before that of the parameter', async () => {
    const arn = await create('a5', {
      CustomUserData: 'parameter',
      Attributes: { CustomUserData: 'attribute' },
    });
    expect((await get(arn))?.CustomUserData).toBe('attribute');
    expect((await refusal(set(arn, { CustomUserData: 'x'.repeat(2049) }))).message).toContain('2048 bytes');
  });

  it.each([['not hexadecimal'], ['a'.repeat(401)]])('refuses the iOS token %s', async (token) => {
    expect((await refusal(create(token))).message).toBe(
      'Invalid parameter: Token Reason: iOS device tokens must be no more than 400 hexadecimal characters',
    );
  });

  it('does not know an application that was never made', async () => {
    const command = new CreatePlatformEndpointCommand({
      PlatformApplicationArn: `${PlatformApplicationArn}0`,
      Token: 'a4',
    });
    expect(await refusal(client.send(command))).toEqual({
      name: 'NotFoundException',
      message: 'PlatformApplication does not exist',
      status: 404,
    });
  });
});

describe('an endpoint', () => {
  it('cannot take the token of another', async () => {
    const [one] = [await create('b1'), await create('b2')];
    expect((await refusal(set(one, { Token: 'b2' }))).message).toBe(
      'Invalid parameter: This endpoint is already registered with a different token.',
    );
    await set(one, { Token: 'b3', Enabled: 'true' });
    expect((await get(one))?.Token).toBe('b3');
  });

  it('is gone after its deletion, which may be repeated', async () => {
    const arn = await create('b4');
    await client.send(new DeleteEndpointCommand({ EndpointArn: arn }));
    await client.send(new DeleteEndpointCommand({ EndpointArn: arn }));
    expect(await refusal(get(arn))).toEqual({
      name: 'NotFoundException',
      message: 'Endpoint does not exist',
      status: 404,
    });
    expect((await refusal(set(arn, { Enabled: 'true' }))).name).toBe('NotFoundException');
  });
});

describe('a platform application', () => {
  it('shows its attributes without the credentials', async () => {
    const { Attributes } = await client.send(
      new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn }),
    );
    expect(Attributes).toEqual({
      Enabled: 'true',
      AuthenticationMethod: 'Token',
      ApplePlatformTeamID: 'TEAM123456',
      ApplePlatformBundleID: 'com.example.mail',
    });
  });

  it('is the same when it is created again alike, and refused when it differs', async () => {
    expect(await createApplication('mail', 'APNS', APNS_ATTRIBUTES)).toBe(PlatformApplicationArn);
    const differs = { ...APNS_ATTRIBUTES, ApplePlatformBundleID: 'com.example.other' };
    expect((await refusal(createApplication('mail', 'APNS', differs))).name).toBe(
      'InvalidParameterException',
    );
  });

  it.each([
    ['APNS', { ...APNS_ATTRIBUTES, PlatformCredential: 'no key' }, 'valid .pem format'],
    ['APNS', { ...APNS_ATTRIBUTES, PlatformPrincipal: '' }, 'Principal is not provided'],
    ['APNS', { ...APNS_ATTRIBUTES, ApplePlatformTeamID: 'short' }, 'Team ID is invalid'],
    ['APNS', { PlatformPrincipal: 'no certificate', PlatformCredential: 'x' }, 'not a valid certificate'],
    ['GCM', { PlatformCredential: '{}' }, 'Platform credentials are invalid'],
    ['GCM', { ...FCM_ATTRIBUTES, Colour: 'red' }, 'Invalid attribute name: Colour'],
    ['PIGEON', APNS_ATTRIBUTES, 'PIGEON is not supported'],
  ])('for %s is refused with bad credentials (%#)', async (platform, attributes, reason) => {
    expect((await refusal(createApplication('refused', platform, attributes))).message).toContain(reason);
  });

  it('lists itself and its endpoints in pages, and takes them with it', async () => {
    const arn = await createApplication('many', 'GCM', FCM_ATTRIBUTES);
    for (let n = 0; n < 101; n += 1) {
      const input = { PlatformApplicationArn: arn, Token: `t${n}` };
      await client.send(new CreatePlatformEndpointCommand(input));
    }
    const page = (NextToken?: string) =>
      client.send(new ListEndpointsByPlatformApplicationCommand({ PlatformApplicationArn: arn, NextToken }));
    const first = await page();
    const second = await page(first.NextToken);
    expect([first.Endpoints?.length, second.Endpoints?.length, second.NextToken]).toEqual([
      100,
      1,
      undefined,
    ]);
    const list = async () =>
      (await client.send(new ListPlatformApplicationsCommand({}))).PlatformApplications?.map(
        (application) => application.PlatformApplicationArn,
      );
    expect(await list()).toContain(arn);
    await client.send(new DeletePlatformApplicationCommand({ PlatformApplicationArn: arn }));
    expect(await list()).not.toContain(arn);
    expect((await refusal(get(second.Endpoints?.[0]?.EndpointArn ?? ''))).name).toBe('NotFoundException');
  });
});
