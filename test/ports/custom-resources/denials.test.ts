import { KMSClient } from '@aws-sdk/client-kms';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createKeyPairMaker } from '#adapters/kms/key-pair-maker.ts';
import { rotateKeys } from '#domain/upkeep/key-rotation.ts';
import type { Waiting } from '#runtime/denials.ts';
import { MIGRATIONS } from '../../../lambdas/migrate/migrations/all.ts';
import { pushApplicationsRoute } from '../../../lambdas/push-applications/route.ts';
import { createUpkeepRoute } from '../../../lambdas/upkeep/route.ts';
import type { PolicyStatement } from '../../../local/aws/iam.ts';
import { ACCOUNT, KEY_ARN, REGION, startTestAws, type TestAws } from '../../support/aws.ts';
import { type CloudFormationSide, startCloudFormationSide } from '../../support/cloudformation.ts';
import { migrator } from '../../support/data-api.ts';
import { APNS_ATTRIBUTES } from '../../support/push-credentials.ts';
import { upkeepWorld } from '../../support/upkeep-world.ts';

const SIGNED_AT = Date.parse('2026-11-28T10:00:00Z');
const EVERYTHING: PolicyStatement = { Effect: 'Allow', Action: '*', Resource: '*' };

let aws: TestAws;
let cloudFormation: CloudFormationSide;
beforeAll(async () => {
  aws = await startTestAws();
  cloudFormation = await startCloudFormationSide();
  await new SecretsManagerClient(aws.client()).send(
    new CreateSecretCommand({
      Name: 'ens/apns',
      SecretString: JSON.stringify({
        keyId: APNS_ATTRIBUTES.PlatformPrincipal,
        teamId: APNS_ATTRIBUTES.ApplePlatformTeamID,
        privateKey: APNS_ATTRIBUTES.PlatformCredential,
      }),
    }),
  );
});
afterAll(async () => {
  await cloudFormation.close();
  await aws.close();
});

/** A role whose policy reaches AWS after so many pauses; until then everything is denied. */
function newRole({ knownAfterPauses = Number.POSITIVE_INFINITY, startsAtMs = SIGNED_AT } = {}) {
  const statements: PolicyStatement[] = [];
  let nowMs = startsAtMs;
  let pauses = 0;
  const waiting: Waiting = {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
      pauses += 1;
      if (pauses === knownAfterPauses) statements.push(EVERYTHING);
    },
  };
  return { client: aws.client(statements), waiting, waitedMs: () => nowMs - startsAtMs };
}
type NewRole = ReturnType<typeof newRole>;
type Route = (event: unknown) => Promise<unknown>;

function migrations({ client, waiting }: NewRole): Route {
  return migrator(aws, MIGRATIONS, { client, waiting }).route;
}

function pushApplications({ client, waiting }: NewRole): Route {
  const log = { info() {}, warn() {}, error() {} };
  const clients = { sns: new SNSClient(client), secrets: new SecretsManagerClient(client) };
  return pushApplicationsRoute(clients, log, waiting);
}

function firstUpkeep({ client, waiting }: NewRole): Route {
  const { ports, settings, state, clock, recorded, run } = upkeepWorld();
  state.newestKeyPair = undefined;
  const keyPairMaker = createKeyPairMaker({ client: new KMSClient(client), wrappingKeyArn: KEY_ARN });
  return createUpkeepRoute({
    runUpkeep: run,
    rotateKeys: () => rotateKeys({ ...ports, keyPairMaker }, settings),
    store: ports.store,
    clock,
    log: recorded.log,
    metrics: recorded.metrics,
    waiting,
  });
}

const RESOURCES = [
  ['Custom::EnsMigrations', migrations, 'rds-data:ExecuteStatement'],
  ['Custom::EnsPushApplications', pushApplications, 'secretsmanager:GetSecretValue'],
  ['Custom::EnsFirstUpkeep', firstUpkeep, 'kms:GenerateDataKeyPairWithoutPlaintext'],
] as const;

function event(): unknown {
  const properties = {
    Platform: 'APNS',
    Name: 'ens-prod-apns',
    ApplicationArn: `arn:aws:sns:${REGION}:${ACCOUNT}:app/APNS/ens-prod-apns`,
    SecretName: 'ens/apns',
    BundleId: 'com.example.mail',
    DeliveryFailureTopicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:ens-prod-delivery-failures`,
  };
  const sent = cloudFormation.event('Create', properties);
  return { ...sent, ResponseURL: `${sent.ResponseURL}&X-Amz-Date=20261128T100000Z&X-Amz-Expires=7200` };
}

test.each(RESOURCES)(
  '%s succeeds where the policy of its new role arrives late',
  async (_, build, _action) => {
    const role = newRole({ knownAfterPauses: 3 });
    await build(role)(event());
    expect(cloudFormation.answers.at(-1)?.Status).toBe('SUCCESS');
    expect(role.waitedMs()).toBeGreaterThan(0);
  },
);

test.each(RESOURCES)(
  '%s throws where its first attempt ends with a denial, so that Lambda repeats the event',
  async (_, build, _action) => {
    const before = cloudFormation.answers.length;
    const role = newRole();
    await expect(build(role)(event())).rejects.toMatchObject({ name: 'DependencyUnavailable' });
    expect(role.waitedMs()).toBe(60_000);
    expect(cloudFormation.answers).toHaveLength(before);
  },
);

test.each(RESOURCES)('%s names action and role where the denials do not end', async (_, build, action) => {
  const role = newRole({ startsAtMs: SIGNED_AT + 125_000 });
  await build(role)(event());
  const answer = cloudFormation.answers.at(-1);
  expect(answer?.Status).toBe('FAILED');
  expect(answer?.Reason).toMatch(
    new RegExp(`^The role ROLE\\d+ is denied ${action}, .*deploy again\\.$`, 'i'),
  );
});
