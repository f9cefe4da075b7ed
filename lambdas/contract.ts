/**
 * What the functions, the infrastructure and the local world have to agree on by name.
 * Constants only: this file imports nothing, so that both sides can read it without cost.
 */

/** One folder under `lambdas/`, one function, one role. */
export const FUNCTION_IDS = [
  'register',
  'callback',
  'alive',
  'upkeep',
  'migrate',
  'push-applications',
  'app',
] as const;
export type FunctionId = (typeof FUNCTION_IDS)[number];

export const API_BASE_PATH = '/api/ens';
/** The web app; its service worker controls this path and everything below it. */
export const APP_PATH = '/app';

/** Route keys as API Gateway spells them, and the function that answers each. */
export const ROUTES = {
  'GET /api/ens/alive': 'alive',
  'POST /api/ens/getpublickey': 'register',
  'POST /api/ens/register': 'register',
  'GET /api/ens/register/{registrationId}': 'register',
  'DELETE /api/ens/register/{registrationId}': 'register',
  'POST /api/ens/callback/{subscriptionId}/{sealed}': 'callback',
  'GET /app': 'app',
  'GET /app/{file}': 'app',
} as const satisfies Record<string, FunctionId>;
export type RouteKey = keyof typeof ROUTES;

/**
 * Environment variables of the functions. Durations and sizes carry their unit in the name.
 * Lists are comma-separated; an absent optional variable and an empty one mean the same.
 */
export const VARIABLES = {
  databaseArn: 'ENS_DATABASE_ARN',
  databaseSecretArn: 'ENS_DATABASE_SECRET_ARN',
  databaseName: 'ENS_DATABASE_NAME',
  upkeepSecretArn: 'ENS_UPKEEP_SECRET_ARN',
  readerSecretArn: 'ENS_READER_SECRET_ARN',
  operatorSecretArn: 'ENS_OPERATOR_SECRET_ARN',
  ownerSecretArn: 'ENS_OWNER_SECRET_ARN',
  pepperSecretArn: 'ENS_PEPPER_SECRET_ARN',
  wrappingKeyArn: 'ENS_WRAPPING_KEY_ARN',
  callbackBaseUrl: 'ENS_CALLBACK_BASE_URL',
  /** Platform application ARNs; empty where the platform is not configured. */
  applicationApns: 'ENS_APPLICATION_APNS',
  applicationApnsSandbox: 'ENS_APPLICATION_APNS_SANDBOX',
  applicationFcm: 'ENS_APPLICATION_FCM',
  /** Web Push; absent where it is switched off. */
  vapidKeyArn: 'ENS_VAPID_KEY_ARN',
  pushContact: 'ENS_PUSH_CONTACT',
  allowedPushHosts: 'ENS_ALLOWED_PUSH_HOSTS',
  appUrl: 'ENS_APP_URL',
  webMailUrl: 'ENS_WEB_MAIL_URL',
  allowedExchangeHosts: 'ENS_ALLOWED_EXCHANGE_HOSTS',
  allowedExchangeCidrs: 'ENS_ALLOWED_EXCHANGE_CIDRS',
  allowedTokenHosts: 'ENS_ALLOWED_TOKEN_HOSTS',
  furtherExchangePaths: 'ENS_FURTHER_EXCHANGE_PATHS',
  /** Path of a PEM file relative to the function's own folder (LAMBDA_TASK_ROOT). */
  extraCaFile: 'ENS_EXTRA_CA_FILE',
  /** Path in Parameter Store below which the list of what stays revoked is kept. */
  revocationPath: 'ENS_REVOCATION_PATH',
  databaseBackupDays: 'ENS_DATABASE_BACKUP_DAYS',
  statusFrequencyMinutes: 'ENS_STATUS_FREQUENCY_MINUTES',
  contentCeiling: 'ENS_CONTENT_CEILING',
  splittingAllowed: 'ENS_SPLITTING_ALLOWED',
  exchangeBudgetSeconds: 'ENS_EXCHANGE_BUDGET_SECONDS',
  answerBudgetSeconds: 'ENS_ANSWER_BUDGET_SECONDS',
  keyRotationHours: 'ENS_KEY_ROTATION_HOURS',
  keyLifeDays: 'ENS_KEY_LIFE_DAYS',
  registrationLifetimeDays: 'ENS_REGISTRATION_LIFETIME_DAYS',
  stage: 'ENS_STAGE',
  version: 'ENS_VERSION',
} as const;

/** KMS encryption context of every wrapped private key; `keyPairId` is added to it. */
export const ENCRYPTION_CONTEXT_APP = 'ens';

/** Time and size budgets of one request. */
export const BUDGETS = {
  registerMs: 20_000,
  gatewayMs: 30_000,
  callbackBodyBytes: 1_048_576,
  registerBodyBytes: 65_536,
  credentialsBytes: 16_384,
  callbackUrlCharacters: 2_083,
  itemsPerFetch: 50,
  pushesPerRequest: 5,
  devicesPerMailbox: 20,
} as const;

/** How many mailboxes' phones are woken at once, so that all of them do not come back to register in the same second. */
export const WAKE_PACE = { mailboxes: 100, everySeconds: 5 } as const;

/** Every metric carries the dimensions `service` (the function's id) and `stage`, no other. */
export const METRIC_NAMESPACE = 'ENS';

/** CloudWatch metric names; nothing else is ever emitted. */
export const METRICS = [
  'CallbackHandled',
  'CallbackRefused',
  'CallbackUnreadable',
  'CallbackRetryRequested',
  'CallbackFailed',
  'CallbackOverdue',
  'Heartbeat',
  'MailAnnounced',
  'NeutralAnnounced',
  'BadgeUpdated',
  'PushDelivered',
  'PushDeviceGone',
  'PushLater',
  'PushMisconfigured',
  'OwnerMismatch',
  'CredentialsSuspect',
  'CredentialsRejected',
  'HostSuspect',
  'SubscriptionLost',
  'SubscriptionRenewed',
  'SubscriptionGap',
  'MailboxOwed',
  'AlertsHeldBack',
  'ExchangeFailed',
  'ExchangeBlocked',
  'DatabaseUnavailable',
  'KeyUnavailable',
  'KeyPairNearEnd',
  'RegistrationCreated',
  'RegistrationRenewed',
  'RegistrationRefused',
  'ApiTokenRefused',
  'WakePushed',
  'DeviceForgotten',
  'UpkeepFailed',
] as const;
export type MetricName = (typeof METRICS)[number];

/**
 * Counts of nearly every callback. The callback function writes them as one short line, and metric filters make metrics
 * of it: an embedded metric takes three times the bytes, and logs are a tenth of the bill.
 */
export const ROUTINE_COUNTS = [
  'CallbackHandled',
  'Heartbeat',
  'MailAnnounced',
  'BadgeUpdated',
  'PushDelivered',
] as const satisfies readonly MetricName[];
