import * as z from 'zod';
import { cidr, DATA_API_SINCE, emailAddress, ewsPath, hasDataApi } from './settings/grammar.ts';
import {
  capacity,
  LOG_RETENTION_DAYS,
  optionalWholeNumber,
  secretName,
  settingTexts,
  wholeNumber,
  yesOrNo,
} from './settings/kinds.ts';

/** Every setting of a deployment, as written in cdk.json under "ens". */
export const settingsSchema = z.strictObject({
  stage: z
    .string()
    .regex(/^(?=.{1,16}$)[a-z]([a-z0-9]|-(?=[a-z0-9]))*$/)
    .default('prod')
    .register(settingTexts, {
      type: 'text',
      allowed:
        'a lower-case letter, then at most 15 lower-case letters, digits or single hyphens, and no hyphen at the end',
      meaning: 'Name of this deployment; part of every resource name, so that two stages live side by side',
      example: '"prod"',
    }),
  allowedExchangeHosts: z.array(z.string()).min(1).register(settingTexts, {
    type: 'list of host names',
    allowed: 'a list of at least one host name, such as "mail.example.com", "*.example.com" or "*" for any',
    meaning:
      'The only hosts that users’ credentials are ever sent to, with their port where it is not 443. `*` has to be written out',
    example: '["mail.example.com"]',
  }),
  furtherExchangePaths: z.array(ewsPath).default([]).register(settingTexts, {
    type: 'list of paths',
    allowed: 'a list of paths, such as "/mail/EWS/Exchange.asmx", with `*` for one segment; [] for none',
    meaning:
      'Paths beside /EWS/Exchange.asmx that EWS requests may go to. With any, mailboxes of one host are told apart by path as well',
    example: '["/mail/EWS/Exchange.asmx"]',
  }),
  allowedTokenHosts: z.array(z.string()).default(['login.microsoftonline.com']).register(settingTexts, {
    type: 'list of host names',
    allowed: 'a list of host names, such as "login.microsoftonline.com"; [] for none',
    meaning: 'The only token endpoints that refresh tokens are ever sent to',
    example: '["login.microsoftonline.com"]',
  }),
  allowedExchangeCidrs: z.array(cidr).default([]).register(settingTexts, {
    type: 'list of networks',
    allowed: 'a list of networks in CIDR notation, such as "10.20.0.0/16"; [] for none',
    meaning: 'Private networks in which Exchange may be reached; all other private addresses are refused',
    example: '["10.20.0.0/16"]',
  }),
  extraCaFile: z.string().min(1).optional().register(settingTexts, {
    type: 'file name',
    allowed: 'the path of a file of PEM certificates, relative to cdk.json',
    meaning: 'Certificate authorities to trust for Exchange besides the public ones',
    example: '"certificates/company-ca.pem"',
  }),
  statusFrequencyMinutes: wholeNumber(
    1,
    1440,
    30,
    'How often Exchange sends a heartbeat for a quiet mailbox',
  ),
  exchangeBudgetSeconds: wholeNumber(
    5,
    16,
    10,
    'How long one callback may wait for Exchange in all; after that the mail is announced as "New message". At least 4 less than answerBudgetSeconds',
  ),
  answerBudgetSeconds: wholeNumber(
    9,
    20,
    15,
    'How long Exchange waits for the answer to a callback at most, whatever is slow; the gateway gives up after 30 s',
  ),
  contentCeiling: z
    .enum(['subject-and-sender', 'sender', 'none'])
    .default('subject-and-sender')
    .register(settingTexts, {
      type: 'choice',
      allowed: '"subject-and-sender", "sender" or "none"',
      meaning: 'The most that any notification may show, whatever a device asks for',
      example: '"sender"',
    }),
  splittingAllowed: yesOrNo(
    true,
    'Whether large credentials (tokens, certificates) may rest in the database under a key that only Exchange holds; false refuses them with `CREDENTIALS_TOO_LARGE`',
  ),
  keyRotationHours: wholeNumber(1, 720, 24, 'How often a new key pair for credentials is made'),
  keyLifeDays: wholeNumber(
    2,
    365,
    30,
    'How long a key pair serves; callbacks move subscriptions off it before',
  ),
  registrationLifetimeDays: wholeNumber(8, 365, 30, 'A registration that no app renews ends after this time'),
  databaseVersion: z
    .string()
    .refine(hasDataApi)
    .default('17.9')
    .register(settingTexts, {
      type: 'text',
      allowed: `an Aurora PostgreSQL version with the Data API: from ${Object.entries(DATA_API_SINCE)
        .map(([major, minor]) => `${major}.${minor}`)
        .join(', ')}, such as "17.9"`,
      meaning: 'Aurora PostgreSQL engine version; AWS retires minor versions from time to time',
      example: '"17.9"',
    }),
  databaseMinCapacity: capacity.default(0.5).register(settingTexts, {
    type: 'number',
    allowed: 'a number from 0 to 256 in steps of 0.5',
    meaning:
      'Aurora capacity units kept running. 0 pauses when idle, and the next mail then waits 15 s or more',
    example: '1',
  }),
  databaseMaxCapacity: capacity.min(1).default(4).register(settingTexts, {
    type: 'number',
    allowed: 'a number from 1 to 256 in steps of 0.5, not below databaseMinCapacity',
    meaning: 'Aurora capacity units at most',
    example: '16',
  }),
  databaseBackupDays: wholeNumber(
    1,
    35,
    14,
    'How many days the database can be restored to any point in time',
  ),
  databasePasswordDays: wholeNumber(1, 365, 30, 'How often every user of the database gets a new password'),
  deletionProtection: yesOrNo(true, 'Refuse to delete the database, even by CloudFormation'),
  logRetentionDays: z
    .literal(LOG_RETENTION_DAYS)
    .default(30)
    .register(settingTexts, {
      type: 'number',
      allowed: `one of ${LOG_RETENTION_DAYS.join(', ')}`,
      meaning: 'How long logs are kept',
      example: '90',
    }),
  alarmEmail: emailAddress.optional().register(settingTexts, {
    type: 'e-mail address',
    allowed: 'an e-mail address',
    meaning: 'Receives every alarm, after confirming the subscription once',
    example: '"mail-team@example.com"',
  }),
  callbackConcurrency: optionalWholeNumber(
    1,
    10_000,
    100,
    'Callbacks handled at once, reserved from the account’s concurrency. Absent: as many as the account has',
  ),
  registerConcurrency: optionalWholeNumber(1, 10_000, 20, 'The same for registrations'),
  callbackRatePerSecond: wholeNumber(
    1,
    10_000,
    500,
    'Callbacks admitted per second; Exchange repeats the others',
  ),
  callbackBurst: wholeNumber(1, 5_000, 2_000, 'Callbacks admitted at once'),
  registerRatePerSecond: wholeNumber(1, 10_000, 20, 'Registration calls admitted per second'),
  registerBurst: wholeNumber(1, 5_000, 50, 'Registration calls admitted at once'),
  staticEgress: yesOrNo(
    false,
    'Calls to Exchange leave from fixed addresses (stack outputs) through a NAT gateway, for firewalls that open per address',
  ),
  staticEgressAllocationIds: z
    .array(z.string().regex(/^eipalloc-[0-9a-f]{8,17}$/))
    .max(2)
    .default([])
    .register(settingTexts, {
      type: 'list of allocation ids',
      allowed: 'none, or two Elastic IP allocation ids, such as "eipalloc-0123456789abcdef0"',
      meaning: 'Elastic IPs to use for static egress, instead of new ones',
      example: '["eipalloc-0123456789abcdef0", "eipalloc-0123456789abcdef1"]',
    }),
  breakGlassRoleName: z
    .string()
    .regex(/^[A-Za-z0-9+=,.@_-]{1,64}$/)
    .optional()
    .register(settingTexts, {
      type: 'name of a role',
      allowed: 'the name of an IAM role of this account, or no such setting',
      meaning:
        'The only role, besides the functions that open private keys, that the policy of the wrapping key lets decrypt. It need not exist. Absent: `ens-<stage>-break-glass`',
      example: '"ens-prod-break-glass"',
    }),
  domainName: z
    .string()
    .regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/)
    .optional()
    .register(settingTexts, {
      type: 'host name',
      allowed: 'a host name in lower case, together with certificateArn',
      meaning: 'Name under which clients and Exchange reach this service; the AWS name is then switched off',
      example: '"ens.example.com"',
    }),
  certificateArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]+$/)
    .optional()
    .register(settingTexts, {
      type: 'ARN',
      allowed: 'the ARN of an ACM certificate in the region of this deployment, together with domainName',
      meaning: 'Certificate for domainName',
      example: '"arn:aws:acm:eu-central-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"',
    }),
  webPush: yesOrNo(
    false,
    'Whether people can be notified in their browser, with the web app at `/app` and no app of a store',
  ),
  contact: z
    .string()
    .regex(/^(?:mailto:[^\s@]+@[^\s@]+\.[^\s@]+|https:\/\/[^\s/]+\.[^\s]+)$/)
    .optional()
    .register(settingTexts, {
      type: 'mailto: or https: address',
      allowed: 'an address like "mailto:mail-team@example.com" or "https://example.com/contact"',
      meaning:
        'How a push service reaches you; required for webPush. Push services see it with every message',
      example: '"mailto:mail-team@example.com"',
    }),
  allowedPushHosts: z
    .array(z.string())
    .min(1)
    .default([
      'fcm.googleapis.com',
      'updates.push.services.mozilla.com',
      'web.push.apple.com',
      '*.notify.windows.com',
    ])
    .register(settingTexts, {
      type: 'list of host names',
      allowed:
        'a list of at least one host name of a push service, such as "updates.push.services.mozilla.com"',
      meaning:
        'The push services that web pushes are sent to. Add the hosts of UnifiedPush distributors by name',
      example: '["fcm.googleapis.com", "web.push.apple.com", "ntfy.example.com"]',
    }),
  webMailUrl: z
    .url({ protocol: /^https$/ })
    .max(500)
    .optional()
    .register(settingTexts, {
      type: 'https address',
      allowed: 'an https address; {item} in it stands for the id of the mail',
      meaning:
        'Where a tap on a notification of the web app opens the mail. Absent: Outlook on the web at the host of the EWS URL',
      example: '"https://mail.example.com/owa/?ItemID={item}&exvsurl=1&viewmodel=ReadMessageItem"',
    }),
  apnsSecretName: secretName({
    allowed: 'the name of a secret in Secrets Manager, together with apnsBundleId',
    meaning: 'Secret with the APNs signing key: `{"keyId","teamId","privateKey"}`. Absent: no Apple devices',
    example: '"ens/apns"',
  }),
  apnsBundleId: z
    .string()
    .regex(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/)
    .optional()
    .register(settingTexts, {
      type: 'text',
      allowed: 'the bundle id of the app, such as "com.example.mail", together with apnsSecretName',
      meaning: 'The app that notifications are for',
      example: '"com.example.mail"',
    }),
  apnsSandbox: yesOrNo(
    true,
    'Whether development builds of the app can register as well (platform `apns-sandbox`)',
  ),
  fcmSecretName: secretName({
    allowed: 'the name of a secret in Secrets Manager',
    meaning: 'Secret with the FCM service account file (JSON). Absent: no Android devices',
    example: '"ens/fcm"',
  }),
});

export type Settings = z.infer<typeof settingsSchema>;
