import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DeleteEndpointCommand, SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import middy from '@middy/core';
import { clientSettings, signingAgain } from '#adapters/aws-clients.ts';
import { dependencyUnavailable } from '#adapters/aws-errors.ts';
import { openDatabase } from '#adapters/data-api/database.ts';
import { createUpkeepStore } from '#adapters/data-api/upkeep.ts';
import { createPreviewSealer } from '#adapters/jose/preview-sealer.ts';
import { createKeyPairMaker } from '#adapters/kms/key-pair-maker.ts';
import { createPepper } from '#adapters/secrets/pepper.ts';
import { createPushSender } from '#adapters/sns/push-sender.ts';
import { createRevocationList } from '#adapters/ssm/revocation-list.ts';
import { openWebPush } from '#adapters/webpush/open-web-push.ts';
import { isSealedSubscription } from '#adapters/webpush/sealed-subscription.ts';
import { VARIABLES } from '#contract';
import { sendByPlatform } from '#domain/push/by-platform.ts';
import { rotateKeys } from '#domain/upkeep/key-rotation.ts';
import type { UpkeepPorts, UpkeepSettings } from '#domain/upkeep/ports.ts';
import { createRunUpkeep } from '#domain/upkeep/run-upkeep.ts';
import { webPushSettings } from '#runtime/env.ts';
import { randomIds, systemClock } from '#runtime/system.ts';
import { createTelemetry } from '#runtime/telemetry.ts';
import { readEnv } from './env.ts';
import { createUpkeepRoute, type UpkeepReport } from './route.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const env = readEnv(process.env);
const telemetry = createTelemetry('upkeep', env[VARIABLES.stage]);
const { log, metrics } = telemetry;
const store = createUpkeepStore(
  openDatabase({
    databaseArn: env[VARIABLES.databaseArn],
    secretArn: env[VARIABLES.databaseSecretArn],
    databaseName: env[VARIABLES.databaseName],
    budgetMs: 45_000,
  }),
);
const sns = signingAgain(new SNSClient(clientSettings(1_400)));
// A pair takes KMS seconds, unlike everything else that is asked of it.
const kms = new KMSClient(clientSettings(15_000));
const pepper = createPepper({
  client: new SecretsManagerClient(clientSettings(2_500)),
  secretArn: env[VARIABLES.pepperSecretArn],
});

const ports: UpkeepPorts = {
  store,
  revocations: createRevocationList({
    client: new SSMClient(clientSettings(3_000)),
    path: env[VARIABLES.revocationPath],
  }),
  keyPairMaker: createKeyPairMaker({
    client: kms,
    wrappingKeyArn: env[VARIABLES.wrappingKeyArn],
  }),
  push: sendByPlatform({
    sns: createPushSender({ client: sns, previews: createPreviewSealer(), timeoutMs: 5_000 }),
    webPush: openWebPush(webPushSettings(env), {
      client: kms,
      clock: systemClock,
      subscriptionKey: pepper.webPushSubscriptionKey,
      timeoutMs: 5_000,
    }),
  }),
  deleteEndpoint: async (endpointArn) => {
    // A browser's subscription lives in the row alone.
    if (isSealedSubscription(endpointArn)) return;
    await sns.send(new DeleteEndpointCommand({ EndpointArn: endpointArn })).catch((error: unknown) => {
      throw dependencyUnavailable('sns', error);
    });
  },
  clock: systemClock,
  ids: randomIds,
  log,
  metrics,
};
const settings: UpkeepSettings = {
  statusFrequencyMinutes: env[VARIABLES.statusFrequencyMinutes],
  keyRotationMs: env[VARIABLES.keyRotationHours] * HOUR_MS,
  keyLifeMs: env[VARIABLES.keyLifeDays] * DAY_MS,
  backupDays: env[VARIABLES.databaseBackupDays],
  batchSize: 500,
  // The function has four minutes; what is left over waits for the next run, five minutes later.
  budgetMs: 180_000,
};

export const handler = middy<unknown, UpkeepReport>()
  .before(({ context }) => telemetry.beginRequest(context.awsRequestId))
  .after(() => telemetry.flush())
  .onError(() => telemetry.flush())
  .handler(
    createUpkeepRoute({
      runUpkeep: createRunUpkeep(ports, settings),
      rotateKeys: () => rotateKeys(ports, settings),
      store,
      clock: systemClock,
      log,
      metrics,
    }),
  );
