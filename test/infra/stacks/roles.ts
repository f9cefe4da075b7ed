import { describe, expect, test } from '@jest/globals';
import { FUNCTION_IDS } from '../../../lambdas/contract.ts';
import { evaluate } from '../../../local/aws/iam.ts';
import { synthesise, VARIANT_NAMES, VARIANTS } from '../support/synthesise.ts';
import { asList, functionsOf, resourcesOf, settled, statementsOf } from '../support/template.ts';

/** Granted to what does not run locally: log delivery, and Lambda's own network interfaces. */
const OF_THE_PLATFORM = /^(logs|ec2):/;

/** Actions on the key that signs for push services: an asymmetric key knows no encryption context. */
const SIGNING: readonly string[] = ['kms:Sign', 'kms:GetPublicKey'];

describe('the roles of the functions', () => {
  test('allow what each function calls and nothing else', () => {
    const { service } = synthesise(VARIANTS['push-secrets']);
    const actions = [...statementsOf(service)].map(([functionId, statements]) => [
      functionId,
      statements
        .flatMap((statement) => statement.actions)
        .filter((action) => !OF_THE_PLATFORM.test(action))
        .sort()
        .filter((action, index, all) => action !== all[index - 1]),
    ]);
    expect(Object.fromEntries(actions)).toMatchSnapshot();
  });

  test.each(VARIANT_NAMES)(
    'never allow a whole service or every resource with the %s settings',
    (variant) => {
      const { service } = synthesise(VARIANTS[variant]);
      for (const [functionId, statements] of statementsOf(service)) {
        for (const { actions, resources } of statements) {
          expect({ functionId, wild: actions.filter((action) => action.includes('*')) }).toEqual({
            functionId,
            wild: [],
          });
          const describing = actions.every((action) => action.startsWith('ec2:Describe'));
          const bare = resources.map(settled).filter((resource) => resource === '*');
          expect({ functionId, actions, bare }).toEqual({
            functionId,
            actions,
            bare: describing ? ['*'] : [],
          });
        }
      }
    },
  );

  test.each(VARIANT_NAMES)(
    'end every wildcard inside something of this stage with the %s settings',
    (variant) => {
      const { service } = synthesise(VARIANTS[variant]);
      const wildcards = [...statementsOf(service).values()]
        .flat()
        .filter(({ actions }) => !actions.some((action) => action.startsWith('ec2:')))
        .flatMap(({ resources }) => resources.map(settled))
        .filter((resource) => resource.includes('*'));
      for (const wildcard of wildcards) {
        expect(wildcard).toMatch(
          /^arn:aws:sns:eu-central-1:123456789012:(app\/\*|endpoint\/\w+\/ens-prod-[a-z-]+\/\*)$|^arn:aws:ssm:eu-central-1:123456789012:parameter\/ens\/prod\/revoked\/\*$/,
        );
      }
    },
  );

  test.each([
    'arn:aws:sns:eu-central-1:123456789012:app/',
    'arn:aws:sns:eu-central-1:123456789012:app/APNS/ens-prod-apns',
  ])('let push-applications create applications where SNS evaluates it on %s', (resource) => {
    const { service } = synthesise(VARIANTS['push-secrets']);
    const statements = statementsOf(service).get('push-applications') ?? [];
    const creating = statements.filter(({ actions }) => actions.includes('sns:CreatePlatformApplication'));
    expect(creating.map(({ actions }) => actions)).toEqual([['sns:CreatePlatformApplication']]);
    const policy = creating.map(({ actions, resources }) => ({
      Effect: 'Allow' as const,
      Action: actions,
      Resource: resources.map(settled),
    }));
    expect(evaluate(policy, 'SNS:CreatePlatformApplication', resource).allowed).toBe(true);
    expect(evaluate(policy, 'SNS:CreatePlatformApplication', resource.replace(':app', ':end')).allowed).toBe(
      false,
    );
  });

  test('let callback and upkeep publish on the endpoint and on its application', () => {
    const { service } = synthesise(VARIANTS['push-secrets']);
    for (const functionId of ['callback', 'upkeep'] as const) {
      const statements = statementsOf(service).get(functionId) ?? [];
      const publishing = statements.filter(({ actions }) => actions.includes('sns:Publish'));
      const resources = publishing.flatMap((statement) => statement.resources.map(settled));
      expect(resources).toContain('arn:aws:sns:eu-central-1:123456789012:app/APNS/ens-prod-apns');
      expect(resources).toContain('arn:aws:sns:eu-central-1:123456789012:endpoint/APNS/ens-prod-apns/*');
    }
  });

  test.each(VARIANT_NAMES)(
    'are as many as the functions, none shared and none with a managed policy, with the %s settings',
    (variant) => {
      const { service } = synthesise(VARIANTS[variant]);
      const roles = [...functionsOf(service).values()].map(({ properties }) =>
        JSON.stringify(properties.Role),
      );
      expect(new Set(roles).size).toBe(FUNCTION_IDS.length);
      for (const role of resourcesOf(service, 'AWS::IAM::Role')) {
        expect(role.properties.ManagedPolicyArns).toBeUndefined();
      }
      for (const policy of resourcesOf(service, 'AWS::IAM::Policy')) {
        expect(asList(policy.properties.Roles)).toHaveLength(1);
      }
    },
  );

  test.each(VARIANT_NAMES)(
    'bind every use of the wrapping key but its description to our encryption context with the %s settings',
    (variant) => {
      const statements = [...statementsOf(synthesise(VARIANTS[variant]).service).values()].flat();
      const ofKms = statements.filter(
        ({ actions, resources }) =>
          actions.some((action) => action.startsWith('kms:')) &&
          resources.some((resource) => !JSON.stringify(resource).includes('Vapid')),
      );
      expect(ofKms.map(({ actions }) => actions)).toEqual([
        ['kms:Decrypt'],
        ['kms:Decrypt'],
        ['kms:DescribeKey'],
        ['kms:GenerateDataKeyPairWithoutPlaintext'],
      ]);
      for (const { actions, conditions } of ofKms) {
        if (actions[0] === 'kms:DescribeKey') continue;
        expect(conditions).toEqual({
          StringEquals: { 'kms:EncryptionContext:app': 'ens' },
          'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['app', 'keyPairId'] },
        });
      }
    },
  );

  test('let callback and upkeep sign for push services, and the web app read the public key', () => {
    const roles = statementsOf(synthesise(VARIANTS['push-secrets']).service);
    const signing = [...roles].flatMap(([functionId, statements]) =>
      statements
        .flatMap(({ actions }) => actions)
        .filter((action) => SIGNING.includes(action))
        .map((action) => `${functionId} ${action}`),
    );
    expect(signing.sort()).toEqual([
      'app kms:GetPublicKey',
      'callback kms:GetPublicKey',
      'callback kms:Sign',
      'upkeep kms:GetPublicKey',
      'upkeep kms:Sign',
    ]);
  });

  test('let register alone create endpoints and upkeep alone make key pairs', () => {
    const holders = (action: string) =>
      [...statementsOf(synthesise(VARIANTS['push-secrets']).service)]
        .filter(([, statements]) => statements.some(({ actions }) => actions.includes(action)))
        .map(([functionId]) => functionId);
    expect(holders('sns:CreatePlatformEndpoint')).toEqual(['register']);
    expect(holders('kms:GenerateDataKeyPairWithoutPlaintext')).toEqual(['upkeep']);
    expect(holders('kms:Decrypt')).toEqual(['register', 'callback']);
    expect(holders('sns:CreatePlatformApplication')).toEqual(['push-applications']);
    expect(holders('rds-data:BeginTransaction')).toEqual(['migrate']);
  });
});
