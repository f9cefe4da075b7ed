import { type FunctionId, VARIABLES } from '../lambdas/contract.ts';
import { EXTRA_CA_FILE_NAME } from './bundling/bundle.ts';
import { DATABASE_NAME, type DatabaseGroup } from './constructs/database.ts';
import type { PlatformArns } from './constructs/push-applications.ts';
import type { Settings } from './settings.ts';

/** Everything that a variable of some function is made from. ARNs may be CloudFormation tokens. */
export interface EnvironmentSources {
  readonly settings: Settings;
  readonly version: string;
  readonly databaseArn: string;
  readonly userSecretArns: Readonly<Record<DatabaseGroup, string>>;
  readonly ownerSecretArn: string;
  readonly pepperSecretArn: string;
  readonly wrappingKeyArn: string;
  /** Absent where Web Push is switched off. */
  readonly vapidKeyArn: string | undefined;
  readonly appUrl: string;
  readonly callbackBaseUrl: string;
  readonly applications: PlatformArns;
}

type VariableKey = keyof typeof VARIABLES;

const DATABASE = [
  'databaseArn',
  'databaseSecretArn',
  'databaseName',
] as const satisfies readonly VariableKey[];
const APPLICATIONS = [
  'applicationApns',
  'applicationApnsSandbox',
  'applicationFcm',
] as const satisfies readonly VariableKey[];
const WEB_PUSH = [
  'vapidKeyArn',
  'pushContact',
  'allowedPushHosts',
  'appUrl',
] as const satisfies readonly VariableKey[];
const EXCHANGE = [
  'pepperSecretArn',
  'wrappingKeyArn',
  'callbackBaseUrl',
  'allowedExchangeHosts',
  'allowedExchangeCidrs',
  'allowedTokenHosts',
  'furtherExchangePaths',
  'extraCaFile',
  'statusFrequencyMinutes',
  'contentCeiling',
  'splittingAllowed',
  'keyLifeDays',
] as const satisfies readonly VariableKey[];

const VARIABLES_OF = {
  register: [
    'version',
    ...DATABASE,
    ...EXCHANGE,
    ...APPLICATIONS,
    'allowedPushHosts',
    'keyRotationHours',
    'registrationLifetimeDays',
  ],
  callback: [
    'version',
    ...DATABASE,
    ...EXCHANGE,
    ...WEB_PUSH,
    'exchangeBudgetSeconds',
    'answerBudgetSeconds',
  ],
  alive: [
    'version',
    ...DATABASE,
    ...APPLICATIONS,
    'wrappingKeyArn',
    'vapidKeyArn',
    'statusFrequencyMinutes',
    'keyRotationHours',
  ],
  upkeep: [
    'version',
    ...DATABASE,
    ...WEB_PUSH,
    'pepperSecretArn',
    'wrappingKeyArn',
    'statusFrequencyMinutes',
    'keyRotationHours',
    'revocationPath',
    'databaseBackupDays',
    'keyLifeDays',
  ],
  migrate: [...DATABASE, 'upkeepSecretArn', 'readerSecretArn', 'operatorSecretArn', 'ownerSecretArn'],
  'push-applications': ['version'],
  app: ['version', 'vapidKeyArn', 'webMailUrl'],
} as const satisfies Record<FunctionId, readonly VariableKey[]>;

/** Which user of the database each function logs on as; the others as `app`. */
const GROUP_OF: Readonly<Partial<Record<FunctionId, DatabaseGroup>>> = { upkeep: 'upkeep', alive: 'reader' };

function variableValue(
  functionId: FunctionId,
  key: VariableKey,
  sources: EnvironmentSources,
): string | undefined {
  const { settings } = sources;
  const webPush = settings.webPush ? settings : undefined;
  const values: Record<VariableKey, string | undefined> = {
    databaseArn: sources.databaseArn,
    databaseSecretArn: sources.userSecretArns[GROUP_OF[functionId] ?? 'app'],
    upkeepSecretArn: sources.userSecretArns.upkeep,
    readerSecretArn: sources.userSecretArns.reader,
    operatorSecretArn: sources.userSecretArns.operator,
    databaseName: DATABASE_NAME,
    ownerSecretArn: sources.ownerSecretArn,
    pepperSecretArn: sources.pepperSecretArn,
    wrappingKeyArn: sources.wrappingKeyArn,
    callbackBaseUrl: sources.callbackBaseUrl,
    applicationApns: sources.applications.apns,
    applicationApnsSandbox: sources.applications['apns-sandbox'],
    applicationFcm: sources.applications.fcm,
    vapidKeyArn: sources.vapidKeyArn,
    pushContact: webPush?.contact,
    allowedPushHosts: webPush?.allowedPushHosts.join(','),
    appUrl: webPush === undefined ? undefined : sources.appUrl,
    webMailUrl: webPush?.webMailUrl,
    allowedExchangeHosts: settings.allowedExchangeHosts.join(','),
    allowedExchangeCidrs: settings.allowedExchangeCidrs.join(',') || undefined,
    allowedTokenHosts: settings.allowedTokenHosts.join(',') || undefined,
    furtherExchangePaths: settings.furtherExchangePaths.join(',') || undefined,
    extraCaFile: settings.extraCaFile === undefined ? undefined : EXTRA_CA_FILE_NAME,
    statusFrequencyMinutes: String(settings.statusFrequencyMinutes),
    contentCeiling: settings.contentCeiling,
    splittingAllowed: String(settings.splittingAllowed),
    exchangeBudgetSeconds: String(settings.exchangeBudgetSeconds),
    answerBudgetSeconds: String(settings.answerBudgetSeconds),
    keyRotationHours: String(settings.keyRotationHours),
    keyLifeDays: String(settings.keyLifeDays),
    registrationLifetimeDays: String(settings.registrationLifetimeDays),
    revocationPath: revocationPath(settings.stage),
    databaseBackupDays: String(settings.databaseBackupDays),
    stage: settings.stage,
    version: sources.version,
  };
  return values[key];
}

/** Where the list of what stays revoked is kept, whatever the database is restored from. */
export function revocationPath(stage: string): string {
  return `/ens/${stage}/revoked`;
}

/** The environment of one function: what its own env.ts reads, and nothing besides. */
export function environmentOf(functionId: FunctionId, sources: EnvironmentSources): Record<string, string> {
  const entries = ['stage' as const, ...VARIABLES_OF[functionId]].flatMap((key) => {
    const value = variableValue(functionId, key, sources);
    return value === undefined ? [] : [[VARIABLES[key], value] as const];
  });
  return Object.fromEntries(entries);
}
