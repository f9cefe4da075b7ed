import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  GetPlatformApplicationAttributesCommand,
  SetPlatformApplicationAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { describe, expect, test } from '@jest/globals';
import { MIGRATIONS } from '../../lambdas/migrate/migrations/all.ts';
import { LOCAL_REGION } from '../../local/template/physical.ts';
import { OPERATOR_ACCESS_KEY_ID } from '../../local/world/principals.ts';
import { redeploy } from '../support/deployed.ts';
import { type TestWorld, useWorld } from '../support/world.ts';

const APPLE_SECRET = 'ens/local/apns';
const APPLICATION = `arn:aws:sns:${LOCAL_REGION}:123456789012:app/APNS/ens-local-apns`;

const world = useWorld();

function operator({ world: { aws } }: TestWorld) {
  const credentials = { accessKeyId: OPERATOR_ACCESS_KEY_ID, secretAccessKey: 'local' };
  const settings = { region: LOCAL_REGION, endpoint: aws.origin, credentials };
  return { secrets: new SecretsManagerClient(settings), sns: new SNSClient(settings) };
}

/** Puts another signing key into the secret and answers its parts, none of which may show up anywhere. */
async function newSigningKey(the: TestWorld) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const key = { keyId: 'ROTATED123', teamId: 'NEWTEAM123', privateKey: pem };
  const command = new PutSecretValueCommand({ SecretId: APPLE_SECRET, SecretString: JSON.stringify(key) });
  const { VersionId } = await operator(the).secrets.send(command);
  return { versionId: VersionId, parts: [key.keyId, key.teamId, pem.split('\n')[1] ?? pem, 'PRIVATE KEY'] };
}

function teamOf(the: TestWorld) {
  const command = new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn: APPLICATION });
  return operator(the)
    .sns.send(command)
    .then(({ Attributes }) => Attributes?.ApplePlatformTeamID);
}

describe('a new version of the secret and another deployment', () => {
  test('hand the new signing key to SNS, keep every phone and tell nobody the key', async () => {
    const the = world();
    const { phone } = await the.registerPhone();
    const { versionId, parts } = await newSigningKey(the);
    expect(await teamOf(the)).toBe('LOCALTEAM1');
    const answers: Awaited<ReturnType<typeof redeploy>>[number][] = [];
    const calls = await the.callsDuring(async () => {
      answers.push(...(await redeploy(the, 'Custom::EnsPushApplications')));
    });

    const made = calls.filter((call) => call.function === 'push-applications').map(({ action }) => action);
    expect(made.filter((action) => action === 'CreatePlatformApplication')).toEqual([]);
    expect(made).toContain('SetPlatformApplicationAttributes');
    expect(answers.find(({ Data }) => Data?.ApplicationArn === APPLICATION)).toMatchObject({
      Status: 'SUCCESS',
      Data: { ApplicationArn: APPLICATION, SecretVersionId: versionId },
    });
    expect(await teamOf(the)).toBe('NEWTEAM123');
    await the.deliverMail(phone.email);
    expect(await the.waitForNotifications(phone, 1)).toHaveLength(1);

    // Rows, log lines, calls, answers to CloudFormation (the properties and outputs to be), templates, outputs.
    const templates = ['State', 'Service'].map((name) =>
      readFileSync(join(the.assembly, `${name}.template.json`), 'utf8'),
    );
    const everything = [
      await the.everythingWritten(),
      ...answers.map(({ body }) => body),
      ...templates,
      JSON.stringify(the.world.outputs()),
    ].join('\n');
    expect(parts.filter((part) => everything.includes(part))).toEqual([]);
  });

  test('say which secret is wrong, leave the application as it was and quote nothing', async () => {
    const the = world();
    const team = await teamOf(the);
    const SecretString = '{"keyId":"MARKER-KEY"}';
    await operator(the).secrets.send(new PutSecretValueCommand({ SecretId: APPLE_SECRET, SecretString }));
    const [answer] = await redeploy(the, 'Custom::EnsPushApplications');
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(`"${APPLE_SECRET}"`) });
    expect(await teamOf(the)).toBe(team);
    expect(`${answer?.body}${await the.everythingWritten()}`).not.toContain('MARKER-KEY');
  });
});

test('a deployment with new credentials enables an application that SNS has disabled', async () => {
  const the = world();
  const { phone } = await the.registerPhone();
  const { sns } = operator(the);
  const PlatformApplicationArn = APPLICATION;
  await sns.send(
    new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn, Attributes: { Enabled: 'false' } }),
  );
  const undelivered = await the.callsDuring(async () => void (await the.deliverMail(phone.email)));
  expect(undelivered.find(({ action }) => action === 'Publish')?.outcome).toBe('PlatformApplicationDisabled');
  expect(the.notifications(phone)).toEqual([]);

  await newSigningKey(the);
  const answers = await redeploy(the, 'Custom::EnsPushApplications');
  expect(answers.map(({ Status }) => Status)).not.toContain('FAILED');
  // Exchange repeats the callback after 30 s.
  await the.world.clock.advance(31_000);
  expect(await the.waitForNotifications(phone, 1)).toHaveLength(1);
  const { Attributes } = await sns.send(
    new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn }),
  );
  expect(Attributes?.Enabled).toBe('true');
});

describe('another deployment', () => {
  test('finds the schema as it should be and keeps the data', async () => {
    const the = world();
    const { registrationId } = await the.registerPhone();
    const [answer] = await redeploy(the, 'Custom::EnsMigrations');
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      Data: { version: String(MIGRATIONS.at(-1)?.version) },
    });
    expect((await the.client.call('GET', `/register/${registrationId}`)).status).toBe(200);
  });

  test('of an older release leaves a newer schema alone and says so', async () => {
    const the = world();
    const { query } = the.world.aws.database;
    await query(`INSERT INTO schema_migrations (version, name, sha256) VALUES (99, 'newer', '')`);
    const [answer] = await redeploy(the, 'Custom::EnsMigrations');
    await query('DELETE FROM schema_migrations WHERE version = 99');
    expect(answer).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('schema version 99, which this release does not know'),
    });
  });
});
