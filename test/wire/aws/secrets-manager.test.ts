import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { OWNER_SECRET_ARN, PEPPER_SECRET_ARN, startTestAws, type TestAws } from '../../support/aws.ts';
import { refusal } from '../../support/aws-refusal.ts';

let world: TestAws;
let client: SecretsManagerClient;

beforeAll(async () => {
  world = await startTestAws({ database: false });
  client = new SecretsManagerClient(world.client());
});

afterAll(async () => {
  client.destroy();
  await world.close();
});

const get = (SecretId: string, rest: { VersionId?: string; VersionStage?: string } = {}) =>
  client.send(new GetSecretValueCommand({ SecretId, ...rest }));

it('finds a secret by ARN, by name, and by ARN without the random end', async () => {
  const answers = await Promise.all(
    [OWNER_SECRET_ARN, 'ens-owner', OWNER_SECRET_ARN.slice(0, -7)].map((id) => get(id)),
  );
  expect(answers.map(({ ARN }) => ARN)).toEqual([OWNER_SECRET_ARN, OWNER_SECRET_ARN, OWNER_SECRET_ARN]);
  expect(answers[0]).toMatchObject({ Name: 'ens-owner', VersionStages: ['AWSCURRENT'] });
});

it('generates a text as the template demands', async () => {
  expect((await get(PEPPER_SECRET_ARN)).SecretString).toMatch(/^[A-Za-z0-9]{43}$/);
});

it('keeps the version before the current one', async () => {
  const { ARN: id = '' } = await client.send(
    new CreateSecretCommand({ Name: 'rotated', SecretString: 'one' }),
  );
  const { VersionId } = await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: 'two' }));
  expect((await get(id)).SecretString).toBe('two');
  expect((await get(id, { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('one');
  expect((await get(id, { VersionId: VersionId ?? '' })).SecretString).toBe('two');
  const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: id }));
  expect(Object.values(VersionIdsToStages ?? {}).sort()).toEqual([['AWSCURRENT'], ['AWSPREVIOUS']]);
});

it('takes a repeated put as one, and refuses another value under its token', async () => {
  const { ARN: SecretId = '' } = await client.send(new CreateSecretCommand({ Name: 'repeated' }));
  const put = (SecretString: string) =>
    client.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken: 't'.repeat(32) }));
  await put('one');
  await put('one');
  expect((await refusal(put('two'))).name).toBe('ResourceExistsException');
  const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId }));
  expect(VersionIdsToStages).toEqual({ ['t'.repeat(32)]: ['AWSCURRENT'] });
});

it('says what it cannot find', async () => {
  expect(await refusal(get('unknown'))).toEqual({
    name: 'ResourceNotFoundException',
    message: "Secrets Manager can't find the specified secret.",
    status: 400,
  });
  expect((await refusal(get('ens-owner', { VersionStage: 'AWSPENDING' }))).message).toBe(
    "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
  );
});

it('asks the policy with the full ARN', async () => {
  const limited = new SecretsManagerClient(
    world.client([
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: `${OWNER_SECRET_ARN.slice(0, -6)}??????`,
      },
    ]),
  );
  await limited.send(new GetSecretValueCommand({ SecretId: 'ens-owner' }));
  const error = await refusal(limited.send(new GetSecretValueCommand({ SecretId: 'ens-pepper' })));
  expect(error.message).toContain(`secretsmanager:GetSecretValue on resource: ${PEPPER_SECRET_ARN}`);
});

it('does not know a key that nobody was given', async () => {
  const stranger = new SecretsManagerClient({
    ...world.client(),
    credentials: { accessKeyId: 'STRANGER', secretAccessKey: 'x' },
  });
  const error = await refusal(stranger.send(new GetSecretValueCommand({ SecretId: 'ens-owner' })));
  expect(error).toMatchObject({ name: 'UnrecognizedClientException', status: 403 });
});
