import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientSettings } from '#adapters/aws-clients.ts';
import { createCallbackStore } from '#adapters/data-api/callbacks.ts';
import { openDatabase } from '#adapters/data-api/database.ts';
import { createEwsUrlCache } from '#adapters/data-api/ews-url-cache.ts';
import { createKeyPairStore } from '#adapters/data-api/key-pairs.ts';
import { createRegistrationStore } from '#adapters/data-api/registrations.ts';
import { canonicalId, folderIdSha256 } from '#adapters/ews/folder-id.ts';
import { readNotification } from '#adapters/ews/incoming/read-notification.ts';
import { createOutgoingRules } from '#adapters/ews/outgoing/outgoing-rules.ts';
import { createPepper } from '#adapters/secrets/pepper.ts';
import { systemTimer } from '#adapters/time-limit.ts';
import { BUDGETS, VARIABLES } from '#contract';
import { createAcceptCallback } from '#domain/callback/accept-callback.ts';
import { httpFunction } from '#runtime/http-function.ts';
import { lazyTelemetry } from '#runtime/lazy-telemetry.ts';
import { countingRefusedCalls } from '#runtime/refused-calls.ts';
import { withShortCounts } from '#runtime/short-counts.ts';
import { randomIds, systemClock, writeLine } from '#runtime/system.ts';
import { readEnv } from './env.ts';
import { lazyMailPath } from './lazy-mail-path.ts';
import { createCallbackRoute, reply } from './route.ts';

const DAY_MS = 86_400_000;

const env = readEnv(process.env);
const stage = env[VARIABLES.stage];
const telemetry = withShortCounts(
  lazyTelemetry(async () => (await import('#runtime/telemetry.ts')).createTelemetry('callback', stage)),
  'callback',
  stage,
  writeLine,
);
const database = openDatabase({
  databaseArn: env[VARIABLES.databaseArn],
  secretArn: env[VARIABLES.databaseSecretArn],
  databaseName: env[VARIABLES.databaseName],
  budgetMs: 3_500,
});
const pepper = createPepper({
  client: new SecretsManagerClient(clientSettings(2_500)),
  secretArn: env[VARIABLES.pepperSecretArn],
});
const rules = createOutgoingRules({
  allowedExchangeHosts: env[VARIABLES.allowedExchangeHosts],
  allowedExchangeCidrs: env[VARIABLES.allowedExchangeCidrs],
  allowedTokenHosts: env[VARIABLES.allowedTokenHosts],
  furtherExchangePaths: env[VARIABLES.furtherExchangePaths],
});

const acceptCallback = createAcceptCallback(
  {
    ...lazyMailPath(async () => (await import('./mail-path.ts')).createMailPath(env, rules, pepper)),
    pepper,
    readNotification,
    itemIds: { folderIdSha256, canonical: canonicalId },
    store: createCallbackStore(database),
    registrations: createRegistrationStore(database),
    keyPairs: createKeyPairStore(database),
    ewsUrls: createEwsUrlCache(database),
    rules,
    clock: systemClock,
    timer: systemTimer,
    ids: randomIds,
    log: telemetry.log,
    metrics: telemetry.metrics,
  },
  {
    callbackBaseUrl: env[VARIABLES.callbackBaseUrl],
    callbackUrlCharacters: BUDGETS.callbackUrlCharacters,
    statusFrequencyMinutes: env[VARIABLES.statusFrequencyMinutes],
    contentCeiling: env[VARIABLES.contentCeiling],
    keyLifeMs: env[VARIABLES.keyLifeDays] * DAY_MS,
    exchangeBudgetMs: env[VARIABLES.exchangeBudgetSeconds] * 1_000,
    answerBudgetMs: env[VARIABLES.answerBudgetSeconds] * 1_000,
    itemsPerFetch: BUDGETS.itemsPerFetch,
    pushesPerRequest: BUDGETS.pushesPerRequest,
  },
);

export const handler = httpFunction(
  telemetry,
  countingRefusedCalls(
    { log: telemetry.log, metrics: telemetry.metrics, clock: systemClock, pepper },
    createCallbackRoute(acceptCallback),
    ({ statusCode }) => (statusCode === 403 ? 'CallbackRefused' : undefined),
  ),
  () => reply('try-again'),
);
