import { generateKeyPairSync } from 'node:crypto';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  CreatePlatformEndpointCommand,
  GetEndpointAttributesCommand,
  GetPlatformApplicationAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pushApplicationsRoute } from '../../../lambdas/push-applications/route.ts';
import { ACCOUNT, REGION, startTestAws, type TestAws } from '../../support/aws.ts';
import { type CloudFormationSide, startCloudFormationSide } from '../../support/cloudformation.ts';

const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:ens-prod-delivery-failures`;

let world: TestAws;
let cloudFormation: CloudFormationSide;
let sns: SNSClient;
let secrets: SecretsManagerClient;
let logged: string[];
let stage = 0;

beforeAll(async () => {
  world = await startTestAws({ database: false });
  cloudFormation = await startCloudFormationSide();
  sns = new SNSClient(world.client());
  secrets = new SecretsManagerClient(world.client());
});
afterAll(async () => {
  await cloudFormation.close();
  await world.close();
});
beforeEach(() => {
  stage += 1;
  logged = [];
});

function signingKey(namedCurve = 'P-256'): string {
  return generateKeyPairSync('ec', { namedCurve })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString();
}

function appleSecret(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ keyId: 'ABCDE12345', teamId: 'TEAM123456', privateKey: signingKey(), ...changes });
}

async function secretNamed(name: string, SecretString: string): Promise<void> {
  await secrets.send(new CreateSecretCommand({ Name: name, SecretString }));
}

function properties(platform = 'APNS') {
  const Name = `ens-test${stage}-${platform.toLowerCase()}`;
  return {
    Platform: platform,
    Name,
    ApplicationArn: `arn:aws:sns:${REGION}:${ACCOUNT}:app/${platform}/${Name}`,
    SecretName: `ens/test${stage}/${platform}`,
    BundleId: 'com.example.mail',
    DeliveryFailureTopicArn: TOPIC,
    DeployedAt: '2026-01-01T00:00:00.000Z',
  };
}

async function send(
  type: 'Create' | 'Update' | 'Delete',
  wanted: ReturnType<typeof properties>,
  clients = { sns, secrets },
) {
  const log = (event: string, fields = {}) => void logged.push(JSON.stringify({ event, ...fields }));
  const route = pushApplicationsRoute(clients, { info: log, warn: log, error: log });
  await route(cloudFormation.event(type, wanted, type === 'Create' ? undefined : wanted.ApplicationArn));
  const answer = cloudFormation.answers.at(-1);
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

async function attributesOf(arn: string) {
  const command = new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn: arn });
  return (await sns.send(command)).Attributes ?? {};
}

describe('a push application', () => {
  test.each(['APNS', 'APNS_SANDBOX'])(
    'is made for %s with key id, team, bundle and failure topic',
    async (platform) => {
      const wanted = properties(platform);
      await secretNamed(wanted.SecretName, appleSecret());
      const answer = await send('Create', wanted);
      expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: wanted.ApplicationArn });
      expect(await attributesOf(wanted.ApplicationArn)).toMatchObject({
        ApplePlatformTeamID: 'TEAM123456',
        ApplePlatformBundleID: 'com.example.mail',
        EventDeliveryFailure: TOPIC,
      });
    },
  );

  test('is made for FCM from the file of a service account', async () => {
    const wanted = properties('GCM');
    const file = { type: 'service_account', project_id: 'p', client_email: 'e@p', private_key: signingKey() };
    await secretNamed(wanted.SecretName, JSON.stringify(file));
    expect(await send('Create', wanted)).toMatchObject({ Status: 'SUCCESS' });
  });

  test('answers its ARN and the version of the secret, and nothing of the secret', async () => {
    const wanted = properties();
    const secret = appleSecret();
    await secretNamed(wanted.SecretName, secret);
    const answer = await send('Create', wanted);
    expect(answer.Data).toEqual({
      ApplicationArn: wanted.ApplicationArn,
      SecretVersionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const everything = `${cloudFormation.bodies.at(-1)} ${logged.join(' ')}`;
    for (const part of ['ABCDE12345', 'TEAM123456', 'PRIVATE KEY']) expect(everything).not.toContain(part);
  });

  test('is taken over with its devices where one of that name exists', async () => {
    const wanted = properties();
    await secretNamed(wanted.SecretName, appleSecret());
    await send('Create', wanted);
    const { EndpointArn } = await sns.send(
      new CreatePlatformEndpointCommand({
        PlatformApplicationArn: wanted.ApplicationArn,
        Token: 'ab'.repeat(32),
      }),
    );
    expect(await send('Create', wanted)).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: wanted.ApplicationArn,
    });
    await expect(sns.send(new GetEndpointAttributesCommand({ EndpointArn }))).resolves.toBeDefined();
  });

  test('gets the newest version of the secret with the next deployment', async () => {
    const wanted = properties();
    await secretNamed(wanted.SecretName, appleSecret());
    const first = await send('Create', wanted);
    const SecretString = appleSecret({ teamId: 'TEAM999999' });
    await secrets.send(new PutSecretValueCommand({ SecretId: wanted.SecretName, SecretString }));
    const second = await send('Update', { ...wanted, DeployedAt: '2026-02-01T00:00:00.000Z' });
    expect(second.PhysicalResourceId).toBe(first.PhysicalResourceId);
    expect(second.Data?.SecretVersionId).not.toBe(first.Data?.SecretVersionId);
    expect(await attributesOf(wanted.ApplicationArn)).toMatchObject({ ApplePlatformTeamID: 'TEAM999999' });
  });

  test('outlives its stack, because its devices would go with it', async () => {
    const wanted = properties();
    await secretNamed(wanted.SecretName, appleSecret());
    await send('Create', wanted);
    expect(await send('Delete', wanted)).toMatchObject({ Status: 'SUCCESS' });
    await expect(attributesOf(wanted.ApplicationArn)).resolves.toMatchObject({ Enabled: 'true' });
  });
});

describe('a push application that cannot be made', () => {
  test('says that the secret is missing', async () => {
    const wanted = properties();
    expect(await send('Create', wanted)).toMatchObject({
      Status: 'FAILED',
      Reason: `The secret "${wanted.SecretName}" cannot be read. Create it in Secrets Manager, in the region of this deployment, and deploy again.`,
    });
  });

  const apple =
    'It has to be a JSON object {"keyId","teamId","privateKey"}: 10 letters and digits each, and the text of the .p8 file.';
  test.each([
    ['no JSON', '-----BEGIN PRIVATE KEY-----MARKER', `is not JSON. ${apple}`],
    ['no object', '"MARKER"', `is wrong in everything. ${apple}`],
    ['no team', appleSecret({ teamId: undefined }), `is wrong in teamId. ${apple}`],
    ['a key id of another length', appleSecret({ keyId: 'MARKER' }), `is wrong in keyId. ${apple}`],
    ['a key that is none', appleSecret({ privateKey: 'MARKER' }), `is wrong in privateKey. ${apple}`],
    [
      'a key of another curve',
      appleSecret({ privateKey: signingKey('P-384') }),
      `is wrong in privateKey. ${apple}`,
    ],
  ])('names what is wrong with a secret that holds %s, without quoting it', async (_, text, reason) => {
    const wanted = properties();
    await secretNamed(wanted.SecretName, text);
    const answer = await send('Create', wanted);
    expect(answer.Reason).toBe(`The secret "${wanted.SecretName}" ${reason}`);
    expect(`${cloudFormation.bodies.at(-1)} ${logged.join(' ')}`).not.toContain('MARKER');
  });
});
