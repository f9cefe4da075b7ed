import { LOG_RETENTION_DAYS, settingTexts } from '../../../lib/settings/kinds.ts';
import { readSettings, SettingsError } from '../../../lib/settings/read-settings.ts';
import { settingsSchema } from '../../../lib/settings.ts';

export type Given = Readonly<Record<string, unknown>>;

const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const EITHER = [true, false];

/** Values beside the example and the default: the ends of a range, every choice, every form of a text. */
const FURTHER: Readonly<Record<string, readonly unknown[]>> = {
  stage: ['a', 'test-2', 'abcdefghijklmnop'],
  allowedExchangeHosts: [['*'], ['*.example.com'], ['mail.example.com:8443', 'exchange']],
  furtherExchangePaths: [[]],
  allowedTokenHosts: [[], ['*']],
  allowedExchangeCidrs: [[], ['10.0.0.0/8', 'fd00::/8']],
  extraCaFile: [],
  statusFrequencyMinutes: [1, 1440],
  exchangeBudgetSeconds: [5, 16],
  answerBudgetSeconds: [9, 20],
  contentCeiling: ['subject-and-sender', 'sender', 'none'],
  splittingAllowed: EITHER,
  keyRotationHours: [1, 720],
  keyLifeDays: [2, 365],
  registrationLifetimeDays: [8, 365],
  databaseVersion: ['15.3', '16.1', '18.3', '17.10'],
  databaseMinCapacity: [0, 0.5, 256],
  databaseMaxCapacity: [1, 256],
  databaseBackupDays: [1, 35],
  databasePasswordDays: [1, 365],
  deletionProtection: EITHER,
  logRetentionDays: [LOG_RETENTION_DAYS[0], LOG_RETENTION_DAYS.at(-1)],
  alarmEmail: [],
  callbackConcurrency: [1, 10_000],
  registerConcurrency: [1, 10_000],
  callbackRatePerSecond: [1, 10_000],
  callbackBurst: [1, 5_000],
  registerRatePerSecond: [1, 10_000],
  registerBurst: [1, 5_000],
  staticEgress: EITHER,
  staticEgressAllocationIds: [[]],
  breakGlassRoleName: ['role+=,.@_-name'],
  domainName: [],
  certificateArn: ['arn:aws-us-gov:acm:us-gov-west-1:123456789012:certificate/0f1e2d3c'],
  webPush: EITHER,
  contact: ['https://example.com/contact'],
  allowedPushHosts: [['ntfy.example.com']],
  webMailUrl: ['https://mail.example.com/owa/'],
  apnsSecretName: ['a/b_c+d=e.f@g-h'],
  apnsBundleId: ['com.example-app.mail2'],
  apnsSandbox: EITHER,
  fcmSecretName: ['ens/fcm'],
};

/** What a setting needs beside itself. */
const TOGETHER: Readonly<Record<string, Given>> = {
  exchangeBudgetSeconds: { answerBudgetSeconds: 20 },
  answerBudgetSeconds: { exchangeBudgetSeconds: 5 },
  keyRotationHours: { keyLifeDays: 365 },
  keyLifeDays: { keyRotationHours: 1 },
  databaseMinCapacity: { databaseMaxCapacity: 256 },
  databaseMaxCapacity: { databaseMinCapacity: 0.5 },
  staticEgressAllocationIds: { staticEgress: true },
  domainName: { certificateArn: CERTIFICATE },
  certificateArn: { domainName: 'ens.example.com' },
  webPush: { contact: 'mailto:mail-team@example.com' },
  apnsSecretName: { apnsBundleId: 'com.example.mail' },
  apnsBundleId: { apnsSecretName: 'ens/apns' },
  apnsSandbox: { apnsSecretName: 'ens/apns', apnsBundleId: 'com.example.mail' },
};

export function settingNames(): readonly string[] {
  return Object.keys(settingsSchema.shape);
}

/** Every value that a setting is tried with: its example first. */
export function valuesOf(name: string): readonly unknown[] {
  const schema = Object.entries(settingsSchema.shape).find(([known]) => known === name)?.[1];
  const example = schema === undefined ? undefined : settingTexts.get(schema)?.example;
  const further = FURTHER[name];
  if (example === undefined || further === undefined) throw new Error(`no values for the setting ${name}`);
  // The example names a file that is not there.
  return [name === 'extraCaFile' ? 'company-ca.pem' : JSON.parse(example), ...further];
}

/**
 * All values of all settings in as few sets as possible, each set accepted as a whole. Synthesis is slow, and no
 * value hides the fault of another: a set that does not synthesise names the resource.
 */
export function settingSets(directory: string): readonly Given[] {
  const wanted = settingNames().flatMap((name) =>
    valuesOf(name).map((value): Given => ({ ...TOGETHER[name], [name]: value })),
  );
  const sets: Given[] = [];
  for (const one of wanted) {
    const at = sets.findIndex((set) => agree(set, one) && isAccepted({ ...set, ...one }, directory));
    if (at === -1) sets.push(one);
    else sets[at] = { ...sets[at], ...one };
  }
  return sets;
}

function agree(set: Given, one: Given): boolean {
  return Object.entries(one).every(
    ([name, value]) => set[name] === undefined || JSON.stringify(set[name]) === JSON.stringify(value),
  );
}

function isAccepted(settings: Given, directory: string): boolean {
  try {
    readSettings({ allowedExchangeHosts: ['mail.example.com'], ...settings }, directory);
    return true;
  } catch (error) {
    if (error instanceof SettingsError) return false;
    throw error;
  }
}
