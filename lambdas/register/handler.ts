import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientSettings } from '#adapters/aws-clients.ts';
import { createApiTokenStore } from '#adapters/data-api/api-tokens.ts';
import { openDatabase } from '#adapters/data-api/database.ts';
import { createEwsUrlCache } from '#adapters/data-api/ews-url-cache.ts';
import { createKeyPairStore } from '#adapters/data-api/key-pairs.ts';
import { createLoginFailureStore } from '#adapters/data-api/login-failures.ts';
import { createRegistrationStore } from '#adapters/data-api/registrations.ts';
import { createAutodiscover } from '#adapters/ews/autodiscover/autodiscover.ts';
import { createExchange } from '#adapters/ews/client/exchange.ts';
import { folderIdSha256 } from '#adapters/ews/folder-id.ts';
import { createOutgoingRules } from '#adapters/ews/outgoing/outgoing-rules.ts';
import { createEwsWorld } from '#adapters/ews/world.ts';
import { createCallbackSeal } from '#adapters/jose/callback-seal.ts';
import { createCredentialsReader } from '#adapters/jose/credentials-reader.ts';
import { createKeyVault } from '#adapters/kms/key-vault.ts';
import { createPepper } from '#adapters/secrets/pepper.ts';
import { systemTimer } from '#adapters/time-limit.ts';
import { BUDGETS, VARIABLES } from '#contract';
import { createAuthorizeClient } from '#domain/access/authorize-client.ts';
import { refuse } from '#domain/errors.ts';
import { createRegisterDevice } from '#domain/registration/register-device.ts';
import { httpFunction } from '#runtime/http-function.ts';
import { problem } from '#runtime/problem.ts';
import { countingRefusedCalls } from '#runtime/refused-calls.ts';
import { randomIds, readExtraCa, systemClock } from '#runtime/system.ts';
import { createTelemetry } from '#runtime/telemetry.ts';
import { readEnv } from './env.ts';
import { openPushEndpoints } from './push-endpoints.ts';
import { createRegisterRoute } from './route.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const env = readEnv(process.env);
const telemetry = createTelemetry('register', env[VARIABLES.stage]);
const database = openDatabase({
  databaseArn: env[VARIABLES.databaseArn],
  secretArn: env[VARIABLES.databaseSecretArn],
  databaseName: env[VARIABLES.databaseName],
  budgetMs: 5_000,
});
const rules = createOutgoingRules({
  allowedExchangeHosts: env[VARIABLES.allowedExchangeHosts],
  allowedExchangeCidrs: env[VARIABLES.allowedExchangeCidrs],
  allowedTokenHosts: env[VARIABLES.allowedTokenHosts],
  furtherExchangePaths: env[VARIABLES.furtherExchangePaths],
});
const world = createEwsWorld({
  rules,
  extraCaPem: readExtraCa(env[VARIABLES.extraCaFile], process.env.LAMBDA_TASK_ROOT),
});
const pepper = createPepper({
  client: new SecretsManagerClient(clientSettings(3_000)),
  secretArn: env[VARIABLES.pepperSecretArn],
});
const keyPairs = createKeyPairStore(database);
const registrations = createRegistrationStore(database);
const keyLifeMs = env[VARIABLES.keyLifeDays] * DAY_MS;

const registerDevice = createRegisterDevice(
  {
    keyPairs,
    registrations,
    vault: createKeyVault({
      client: new KMSClient(clientSettings(3_000)),
      wrappingKeyArn: env[VARIABLES.wrappingKeyArn],
      clock: systemClock,
    }),
    reader: createCredentialsReader(),
    seal: createCallbackSeal({ splittingAllowed: env[VARIABLES.splittingAllowed] }),
    pepper,
    rules,
    exchange: createExchange(world),
    autodiscover: createAutodiscover(world),
    ewsUrls: createEwsUrlCache(database),
    loginFailures: createLoginFailureStore(database),
    endpoints: openPushEndpoints(env, pepper.webPushSubscriptionKey),
    clock: systemClock,
    timer: systemTimer,
    ids: randomIds,
  },
  {
    callbackBaseUrl: env[VARIABLES.callbackBaseUrl],
    callbackUrlCharacters: BUDGETS.callbackUrlCharacters,
    credentialsBytes: BUDGETS.credentialsBytes,
    keyLifeMs,
    registrationLifetimeMs: env[VARIABLES.registrationLifetimeDays] * DAY_MS,
    statusFrequencyMinutes: env[VARIABLES.statusFrequencyMinutes],
    budgetMs: BUDGETS.registerMs,
    folderIdSha256,
  },
);

export const handler = httpFunction(
  telemetry,
  countingRefusedCalls(
    { log: telemetry.log, metrics: telemetry.metrics, clock: systemClock, pepper },
    createRegisterRoute({
      authorize: createAuthorizeClient(createApiTokenStore(database), systemClock),
      keyPairs,
      registrations,
      registerDevice,
      pepper,
      clock: systemClock,
      log: telemetry.log,
      metrics: telemetry.metrics,
      keyRotationMs: env[VARIABLES.keyRotationHours] * HOUR_MS,
      bodyBytes: BUDGETS.registerBodyBytes,
    }),
    ({ statusCode }) => (statusCode === 401 ? 'ApiTokenRefused' : undefined),
  ),
  (request) =>
    problem(
      refuse('INTERNAL', 'The request id in `instance` finds the cause in the log of the function.').refusal,
      request.requestId,
    ),
);
