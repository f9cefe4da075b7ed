import { describe, expect, test } from '@jest/globals';
import { settingTexts } from '../../lib/settings/kinds.ts';
import { readSettings, SettingsError } from '../../lib/settings/read-settings.ts';
import { settingsSchema } from '../../lib/settings.ts';

const HERE = import.meta.dirname;
const REQUIRED = { allowedExchangeHosts: ['mail.example.com'] };
const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';

function sentencesFor(settings: unknown): readonly string[] {
  try {
    readSettings(settings, HERE);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.sentences;
    throw error;
  }
}

describe('reading the settings', () => {
  test('fills every default from the allowed hosts alone', () => {
    expect(readSettings(REQUIRED, HERE)).toMatchObject({
      stage: 'prod',
      statusFrequencyMinutes: 30,
      databaseMinCapacity: 0.5,
      deletionProtection: true,
      staticEgress: false,
    });
  });

  test('takes the JSON text that the command line passes', () => {
    expect(readSettings('{"allowedExchangeHosts":["*"],"stage":"test"}', HERE).stage).toBe('test');
  });

  test.each([
    ['http://127.0.0.1:*', 'allowedExchangeHosts'],
    ['http://127.0.0.1:3000', 'allowedTokenHosts'],
  ])('lets the local stage name %s in %s', (host, name) => {
    expect(sentencesFor({ ...REQUIRED, stage: 'local', [name]: [host] })).toEqual([]);
  });

  test.each(['*', '*.example.com', 'mail.example.com:8443', 'exchange'])(
    'takes %s for an Exchange host in every stage',
    (host) => {
      expect(sentencesFor({ allowedExchangeHosts: [host] })).toEqual([]);
    },
  );

  test('accepts everything that the table gives as an example, one at a time', () => {
    for (const [name, schema] of Object.entries(settingsSchema.shape)) {
      const example: unknown = JSON.parse(settingTexts.get(schema)?.example ?? 'null');
      expect({ name, parsed: schema.safeParse(example).success }).toEqual({ name, parsed: true });
    }
  });
});

describe('a mistake in the settings', () => {
  test.each([
    [
      'no hosts',
      {},
      'Setting "allowedExchangeHosts" is missing: allowed is a list of at least one host name, such as "mail.example.com", "*.example.com" or "*" for any.',
    ],
    [
      'an empty list of hosts',
      { allowedExchangeHosts: [] },
      'Setting "allowedExchangeHosts" is []: allowed is a list of at least one host name, such as "mail.example.com", "*.example.com" or "*" for any.',
    ],
    [
      'a number out of range',
      { ...REQUIRED, statusFrequencyMinutes: 0 },
      'Setting "statusFrequencyMinutes" is 0: allowed is a whole number from 1 to 1440.',
    ],
    [
      'an answer that would outlast the gateway',
      { ...REQUIRED, answerBudgetSeconds: 30 },
      'Setting "answerBudgetSeconds" is 30: allowed is a whole number from 9 to 20.',
    ],
    [
      'time for Exchange that leaves none for the answer',
      { ...REQUIRED, exchangeBudgetSeconds: 12 },
      'Setting "exchangeBudgetSeconds" is 12: allowed is at least 4 less than answerBudgetSeconds, so that the push and the answer still have time.',
    ],
    [
      'a text for a number',
      { ...REQUIRED, logRetentionDays: '30' },
      'Setting "logRetentionDays" is "30": allowed is one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731.',
    ],
    [
      'a text for a flag',
      { ...REQUIRED, staticEgress: 'yes' },
      'Setting "staticEgress" is "yes": allowed is true or false, without quotation marks.',
    ],
    [
      'a number for a text',
      { ...REQUIRED, stage: 1 },
      'Setting "stage" is 1: allowed is a lower-case letter, then at most 15 lower-case letters, digits or single hyphens, and no hyphen at the end.',
    ],
    [
      'a text for a list',
      { allowedExchangeHosts: 'mail.example.com' },
      'Setting "allowedExchangeHosts" is "mail.example.com": allowed is a list of at least one host name, such as "mail.example.com", "*.example.com" or "*" for any.',
    ],
    [
      'a number of days that CloudWatch does not know',
      { ...REQUIRED, logRetentionDays: 31 },
      'Setting "logRetentionDays" is 31: allowed is one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731.',
    ],
    [
      'a fraction of a unit',
      { ...REQUIRED, registerBurst: 1.5 },
      'Setting "registerBurst" is 1.5: allowed is a whole number from 1 to 5000.',
    ],
    [
      'a step of capacity that Aurora does not have',
      { ...REQUIRED, databaseMinCapacity: 0.7 },
      'Setting "databaseMinCapacity" is 0.7: allowed is a number from 0 to 256 in steps of 0.5.',
    ],
    [
      'an engine without the Data API',
      { ...REQUIRED, databaseVersion: '13.4' },
      'Setting "databaseVersion" is "13.4": allowed is an Aurora PostgreSQL version with the Data API: from 15.3, 16.1, 17.4, 18.3, such as "17.9".',
    ],
    [
      'a certificate that is none',
      { ...REQUIRED, domainName: 'ens.example.com', certificateArn: 'ens' },
      'Setting "certificateArn" is "ens": allowed is the ARN of an ACM certificate in the region of this deployment, together with domainName.',
    ],
    [
      'a name with a scheme',
      { ...REQUIRED, domainName: 'https://ens.example.com', certificateArn: CERTIFICATE },
      'Setting "domainName" is "https://ens.example.com": allowed is a host name in lower case, together with certificateArn.',
    ],
    [
      'nothing where something is asked for',
      { ...REQUIRED, contentCeiling: null },
      'Setting "contentCeiling" is null: allowed is "subject-and-sender", "sender" or "none".',
    ],
    [
      'a choice that is none',
      { ...REQUIRED, contentCeiling: 'all' },
      'Setting "contentCeiling" is "all": allowed is "subject-and-sender", "sender" or "none".',
    ],
    [
      'a stage that no resource could be named after',
      { ...REQUIRED, stage: 'Prod 1' },
      'Setting "stage" is "Prod 1": allowed is a lower-case letter, then at most 15 lower-case letters, digits or single hyphens, and no hyphen at the end.',
    ],
    [
      'a stage that no database cluster could be named after',
      { ...REQUIRED, stage: 'test-' },
      'Setting "stage" is "test-": allowed is a lower-case letter, then at most 15 lower-case letters, digits or single hyphens, and no hyphen at the end.',
    ],
    [
      'a pause that the engine does not have',
      { ...REQUIRED, databaseMinCapacity: 0, databaseVersion: '16.1' },
      'Setting "databaseMinCapacity" is 0: allowed is 0.5 or more with databaseVersion 16.1.',
    ],
    [
      'a name without its certificate',
      { ...REQUIRED, domainName: 'ens.example.com' },
      'Setting "certificateArn" is missing: allowed is the ARN of an ACM certificate in the region of this deployment, together with domainName.',
    ],
    [
      'a certificate without its name',
      { ...REQUIRED, certificateArn: CERTIFICATE },
      'Setting "domainName" is missing: allowed is a host name in lower case, together with certificateArn.',
    ],
    [
      'an APNs secret without a bundle id',
      { ...REQUIRED, apnsSecretName: 'ens/apns' },
      'Setting "apnsBundleId" is missing: allowed is the bundle id of the app, such as "com.example.mail", together with apnsSecretName.',
    ],
    [
      'less capacity at most than at least',
      { ...REQUIRED, databaseMinCapacity: 8 },
      'Setting "databaseMaxCapacity" is 4: allowed is a number from 1 to 256 in steps of 0.5, not below databaseMinCapacity.',
    ],
    [
      'a key that ends before the next is made',
      { ...REQUIRED, keyLifeDays: 2, keyRotationHours: 48 },
      'Setting "keyLifeDays" is 2: allowed is more days than keyRotationHours has.',
    ],
    [
      'addresses that nothing would use',
      {
        ...REQUIRED,
        staticEgressAllocationIds: ['eipalloc-0123456789abcdef0', 'eipalloc-0123456789abcdef1'],
      },
      'Setting "staticEgress" is false: allowed is true where staticEgressAllocationIds names addresses to use.',
    ],
    [
      'one address for two zones',
      { ...REQUIRED, staticEgress: true, staticEgressAllocationIds: ['eipalloc-0123456789abcdef0'] },
      'Setting "staticEgressAllocationIds" is ["eipalloc-0123456789abcdef0"]: allowed is none, or two Elastic IP allocation ids, such as "eipalloc-0123456789abcdef0".',
    ],
    [
      'a CA file that is not there',
      { ...REQUIRED, extraCaFile: 'none.pem' },
      'Setting "extraCaFile" is "none.pem": allowed is the path of a file of PEM certificates, relative to cdk.json; this one cannot be read as such.',
    ],
    [
      'a network that is none',
      { ...REQUIRED, allowedExchangeCidrs: ['10.0.0.1'] },
      'Setting "allowedExchangeCidrs" is ["10.0.0.1"]: allowed is a list of networks in CIDR notation, such as "10.20.0.0/16"; [] for none.',
    ],
    [
      'an address that is none',
      { ...REQUIRED, alarmEmail: 'nobody' },
      'Setting "alarmEmail" is "nobody": allowed is an e-mail address.',
    ],
    [
      'a misspelt name',
      { ...REQUIRED, statusFrequencyMinute: 5 },
      'Setting "statusFrequencyMinute" is unknown: did you mean "statusFrequencyMinutes"?',
    ],
    [
      'settings that are no object',
      ['x'],
      'The settings are ["x"]: allowed is an object {"name": value, …}.',
    ],
    [
      'settings that are missing',
      undefined,
      'The settings are missing: allowed is an object {"name": value, …}.',
    ],
    ['settings that are not JSON', '{stage:prod}', 'The settings given with -c ens=… are not JSON.'],
  ])('stops with one sentence for %s', (_, settings, sentence) => {
    expect(sentencesFor(settings)).toEqual([sentence]);
  });

  test('lists what is known where no name comes near', () => {
    expect(sentencesFor({ ...REQUIRED, zebra: true })[0]).toMatch(
      /^Setting "zebra" is unknown: known are stage, /,
    );
  });

  test.each([
    ['http://127.0.0.1:*', 'loopback and http are for the stage "local" alone'],
    ['https://127.0.0.1:8443', 'loopback and http are for the stage "local" alone'],
    ['localhost', 'loopback is for the stage "local" alone'],
    ['127.0.0.1', 'name the host, not an address or a URL'],
    ['169.254.169.254', 'name the host, not an address or a URL'],
    ['::1', 'name the host, not an address or a URL'],
    ['localhost:443', 'loopback is for the stage "local" alone'],
    ['127.0.0.1:443', 'name the host, not an address or a URL'],
    ['127.1', 'name the host, not an address or a URL'],
    ['2130706433:443', 'name the host, not an address or a URL'],
    ['0x7f.1', 'name the host, not an address or a URL'],
    ['mail.example.com:0', 'a port is from 1 to 65535'],
    ['mail.example.com:99999', 'a port is from 1 to 65535'],
    ['https://mail.example.com', 'name the host, not an address or a URL'],
    ['mail.example.com:https', 'name the host, not an address or a URL'],
    ['http://mail.example.com', 'name the host, not an address or a URL'],
    ['Mail.Example.com', 'write host names in lower case, such as mail.example.com or *.example.com'],
    ['mail.*.com', 'write host names in lower case, such as mail.example.com or *.example.com'],
    ['mail.example.com/EWS', 'write host names in lower case, such as mail.example.com or *.example.com'],
  ])('refuses the Exchange host %s outside the local stage and says why', (host, reason) => {
    const [sentence] = sentencesFor({ allowedExchangeHosts: [host] });
    expect(sentence).toContain(`Setting "allowedExchangeHosts" is ${JSON.stringify([host])}: allowed is`);
    expect(sentence).toContain(`("${host}": ${reason})`);
  });

  test('does not repeat a private key that was pasted where its name belongs', () => {
    const pasted = '-----BEGIN PRIVATE KEY-----MARKER';
    const sentences = sentencesFor({ ...REQUIRED, apnsSecretName: pasted }).join();
    expect(sentences).toContain('Setting "apnsSecretName" is a private key (not shown)');
    expect(sentences).not.toContain('MARKER');
  });

  test('reports every mistake at once', () => {
    expect(sentencesFor({ stages: 'x', staticEgress: 1 })).toEqual([
      expect.stringContaining('"stages" is unknown: did you mean "stage"?'),
      expect.stringContaining('"allowedExchangeHosts" is missing'),
      expect.stringContaining('"staticEgress" is 1'),
    ]);
  });
});
