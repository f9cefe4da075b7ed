import { randomUUID } from 'node:crypto';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createDatabase } from '#adapters/data-api/database.ts';
import { type RotationParts, rotateSecret } from '../../../lambdas/migrate/rotate-secret.ts';
import {
  CLUSTER_ARN,
  DATABASE,
  LAMBDA_SECRET_ARN,
  OWNER_SECRET_ARN,
  PEPPER_SECRET_ARN,
  startTestAws,
  type TestAws,
} from '../../support/aws.ts';
import { migrator } from '../../support/data-api.ts';

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
type Step = (typeof STEPS)[number];

let world: TestAws;
let secrets: SecretsManagerClient;
beforeEach(async () => {
  world = await startTestAws();
  secrets = new SecretsManagerClient(world.client());
  await migrator(world).migrate();
});
afterEach(async () => {
  secrets.destroy();
  await world.close();
});

const logOn = (secretArn: string) =>
  createDatabase(new RDSDataClient(world.client()), {
    databaseArn: CLUSTER_ARN,
    databaseName: DATABASE,
    secretArn,
    budgetMs: 5_000,
  });

function parts(): RotationParts {
  return {
    secrets,
    transactions: migrator(world).transactions,
    ownerSecretArn: OWNER_SECRET_ARN,
    groupOf: (arn) => (arn === LAMBDA_SECRET_ARN ? 'operator' : undefined),
    logOn,
  };
}

async function run(SecretId: string, steps: readonly Step[], ClientRequestToken: string = randomUUID()) {
  for (const Step of steps) await rotateSecret(parts(), { Step, SecretId, ClientRequestToken });
}

async function current(SecretId: string): Promise<{ readonly username: string; readonly password: string }> {
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  return JSON.parse(SecretString);
}

const works = (secretArn: string) =>
  expect(logOn(secretArn).run('SELECT NULL::text')).resolves.toEqual([undefined]);

test('a user takes turns with its twin, and the secret that is current works after every step', async () => {
  const names = [(await current(LAMBDA_SECRET_ARN)).username];
  for (let round = 0; round < 3; round += 1) {
    const token = randomUUID();
    for (const step of STEPS) {
      await run(LAMBDA_SECRET_ARN, [step], token);
      await works(LAMBDA_SECRET_ARN);
    }
    names.push((await current(LAMBDA_SECRET_ARN)).username);
  }
  expect(names).toEqual(['ens_lambda', 'ens_lambda_b', 'ens_lambda', 'ens_lambda_b']);
  await expect(
    logOn(LAMBDA_SECRET_ARN).run("INSERT INTO upkeep_state VALUES ('x', '', 1)"),
  ).resolves.toBeDefined();
});

test('every step may be repeated', async () => {
  const token = randomUUID();
  for (const step of STEPS) await run(LAMBDA_SECRET_ARN, [step, step], token);
  await works(LAMBDA_SECRET_ARN);
  const { VersionIdsToStages = {} } = await secrets.send(
    new DescribeSecretCommand({ SecretId: LAMBDA_SECRET_ARN }),
  );
  expect(VersionIdsToStages[token]).toContain('AWSCURRENT');
});

test('the owner keeps its name, gets a new password, and can still migrate', async () => {
  const before = await current(OWNER_SECRET_ARN);
  await run(OWNER_SECRET_ARN, STEPS);
  const after = await current(OWNER_SECRET_ARN);
  expect(after.username).toBe(before.username);
  expect(after.password).not.toBe(before.password);
  await expect(migrator(world).migrate()).resolves.toMatchObject({ applied: [] });
});

test('a rotation of the owner that was killed half-way is ended by its repetition', async () => {
  const token = randomUUID();
  await run(OWNER_SECRET_ARN, ['createSecret', 'setSecret'], token);
  await run(OWNER_SECRET_ARN, STEPS, token);
  await works(OWNER_SECRET_ARN);
});

test('a version that does not open the database does not stay the current one', async () => {
  const token = randomUUID();
  await run(OWNER_SECRET_ARN, ['createSecret'], token);
  await expect(run(OWNER_SECRET_ARN, ['finishSecret'], token)).rejects.toMatchObject({
    code: 'DatabaseErrorException/28P01',
  });
  await works(OWNER_SECRET_ARN);
});

test('the secret of something else is refused', async () => {
  await expect(run(PEPPER_SECRET_ARN, ['createSecret'])).rejects.toThrow('not a secret of this database');
});
