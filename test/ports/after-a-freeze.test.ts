import { KMSClient } from '@aws-sdk/client-kms';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { clientSettings, signingAgain } from '#adapters/aws-clients.ts';
import { createDatabase } from '#adapters/data-api/database.ts';
import { createPreviewSealer } from '#adapters/jose/preview-sealer.ts';
import { createKeyPairMaker } from '#adapters/kms/key-pair-maker.ts';
import { createKeyVault } from '#adapters/kms/key-vault.ts';
import { createPepper } from '#adapters/secrets/pepper.ts';
import { createPushSender } from '#adapters/sns/push-sender.ts';
import { asId, type KeyPairId } from '#domain/model/ids.ts';
import {
  CLUSTER_ARN,
  DATABASE,
  KEY_ARN,
  OWNER_SECRET_ARN,
  PEPPER_SECRET_ARN,
  startTestAws,
  type TestAws,
} from '../support/aws.ts';
import { PUSHES, targetOn } from '../support/push-cases.ts';
import { startTestSns, type TestSns } from '../support/sns.ts';

let world: TestAws;
let sns: TestSns;
beforeAll(async () => {
  world = await startTestAws();
  sns = await startTestSns();
});
afterEach(() => {
  world.faults.clear();
  sns.world.faults.clear();
});
afterAll(async () => {
  await world.close();
  await sns.world.close();
});

/** A client as the functions build it: settings of ours, two attempts. */
const asDeployed = (aws: TestAws) => ({ ...aws.client(), ...clientSettings(5_000) });

function openDatabase() {
  const { maxAttempts: _, ...client } = world.client();
  return createDatabase(new RDSDataClient({ ...client, ...clientSettings(5_000, 1) }), {
    databaseArn: CLUSTER_ARN,
    secretArn: OWNER_SECRET_ARN,
    databaseName: DATABASE,
    budgetMs: 3_500,
  });
}

test.each(['InvalidSignatureException', 'DatabaseErrorException/25006'])(
  'a statement refused once with %s succeeds inside the same call',
  async (error) => {
    world.faults.add({ service: 'rds-data', error, times: 1 });
    await expect(openDatabase().run('SELECT NULL::text')).resolves.toEqual([undefined]);
  },
);

test('a private key is opened although KMS refused the first signature as expired', async () => {
  const id = asId<KeyPairId>('6f2b9e08-5d0c-4a55-9d0e-0a4c5b8f6a01');
  const client = new KMSClient(asDeployed(world));
  const pair = { id, ...(await createKeyPairMaker({ client, wrappingKeyArn: KEY_ARN }).make(id)) };
  world.faults.add({ service: 'kms', action: 'Decrypt', error: 'InvalidSignatureException', times: 1 });
  const vault = createKeyVault({ client, wrappingKeyArn: KEY_ARN, clock: { now: () => 0 } });
  await expect(vault.privateKey(pair)).resolves.toMatchObject({ keyPairId: id });
});

test('the pepper is read although Secrets Manager refused the first signature as expired', async () => {
  world.faults.add({ service: 'secretsmanager', error: 'InvalidSignatureException', times: 1 });
  const pepper = createPepper({
    client: new SecretsManagerClient(asDeployed(world)),
    secretArn: PEPPER_SECRET_ARN,
  });
  await expect(pepper.addressHmac('ann@example.com')).resolves.toHaveLength(32);
});

function pushSender() {
  const client = signingAgain(new SNSClient(asDeployed(sns.world)));
  return createPushSender({ client, previews: createPreviewSealer(), timeoutMs: 3_000 });
}

test('a push is delivered although SNS refused the first signature as expired', async () => {
  const target = { ...targetOn('fcm'), endpointArn: await sns.newEndpoint('fcm') };
  sns.world.faults.add({ service: 'sns', action: 'Publish', error: 'SignatureDoesNotMatch', times: 1 });
  await expect(pushSender().send(target, PUSHES.badge)).resolves.toEqual({ kind: 'delivered' });
});

test('a push whose signature expires twice is sent later and raises no alarm of our set-up', async () => {
  const target = { ...targetOn('fcm'), endpointArn: await sns.newEndpoint('fcm') };
  sns.world.faults.add({ service: 'sns', action: 'Publish', error: 'SignatureDoesNotMatch', times: 2 });
  await expect(pushSender().send(target, PUSHES.badge)).resolves.toMatchObject({ kind: 'later' });
});
