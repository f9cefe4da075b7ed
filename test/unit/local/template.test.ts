import { describe, expect, test } from '@jest/globals';
import { readStack } from '../../../local/template/assembly.ts';
import { type Deployment, deploy } from '../../../local/template/deployment.ts';
import { resolveIntrinsics, type Scope } from '../../../local/template/intrinsics.ts';
import type { Json, JsonObject } from '../../../local/template/json.ts';
import { readApi, readSchedules } from '../../../local/template/read-api.ts';
import { readSecrets } from '../../../local/template/read-data.ts';
import { readFunctions } from '../../../local/template/read-functions.ts';
import { readRoles } from '../../../local/template/read-roles.ts';

const PLACE = { account: '123456789012', region: 'eu-central-1', origin: 'http://127.0.0.1:1' };

const scope: Scope = {
  zones: ['a', 'b'],
  ref: (id) => `ref-${id}`,
  getAtt: (id, attribute) => `${id}-${attribute}`,
  importValue: (name) => `import-${name}`,
  condition: (name) => name === 'Yes',
};

describe('an intrinsic function', () => {
  test.each<[string, Json, Json]>([
    ['Ref', { Ref: 'A' }, 'ref-A'],
    ['GetAtt as list', { 'Fn::GetAtt': ['A', 'Arn'] }, 'A-Arn'],
    ['GetAtt as text', { 'Fn::GetAtt': 'A.Endpoint.Port' }, 'A-Endpoint.Port'],
    ['Join', { 'Fn::Join': [':', ['x', { Ref: 'A' }]] }, 'x:ref-A'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
    ['Sub', { 'Fn::Sub': ['${A}/${B.Arn}/${C}/${!D}', { C: { Ref: 'X' } }] }, 'ref-A/B-Arn/ref-X/${D}'],
    ['Select and Split', { 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'A' }] }] }, 'A'],
    ['GetAZs', { 'Fn::Select': ['0', { 'Fn::GetAZs': '' }] }, 'a'],
    ['ImportValue', { 'Fn::ImportValue': 'x' }, 'import-x'],
    ['If', { 'Fn::If': ['Yes', { Ref: 'A' }, 'no'] }, 'ref-A'],
    [
      'NoValue',
      { a: { Ref: 'AWS::NoValue' }, b: [1, { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }] },
      { b: [1] },
    ],
  ])('%s is carried out', (_name, value, expected) => {
    expect(resolveIntrinsics(value, scope)).toEqual(expected);
  });

  test('that is not known is refused', () => {
    expect(() => resolveIntrinsics({ 'Fn::Cidr': [] }, scope)).toThrow('Fn::Cidr is not known');
  });
});

function deployed(resources: JsonObject, more: JsonObject = {}): Deployment {
  return deploy([readStack('ens', '/out', { Resources: resources, ...more })], PLACE);
}

const FUNCTION: JsonObject = {
  Type: 'AWS::Lambda::Function',
  Metadata: { 'aws:asset:path': 'asset.1', 'aws:cdk:path': 'Service/register/Function/Resource' },
  Properties: {
    Handler: 'index.handler',
    Timeout: 27,
    MemorySize: 512,
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Environment: { Variables: { APPLICATION: { 'Fn::GetAtt': ['Application', 'ApplicationArn'] } } },
  },
};
const APPLICATION: JsonObject = {
  Type: 'Custom::EnsPushApplications',
  Properties: { ServiceToken: { 'Fn::GetAtt': ['Maker', 'Arn'] } },
};
const ROLE: JsonObject = { Type: 'AWS::IAM::Role', Properties: {} };

test('a function is read with bundle, handler, limits and role', () => {
  const [spec] = readFunctions(deployed({ Function: FUNCTION, Role: ROLE, Application: APPLICATION }));
  expect(spec).toMatchObject({
    id: 'register',
    bundleFolder: '/out/asset.1',
    handler: 'index.handler',
    timeoutMs: 27_000,
    memoryMb: 512,
    roleArn: 'arn:aws:iam::123456789012:role/ens-Role',
  });
});

test('variables wait for the custom resource they come from', () => {
  const deployment = deployed({ Function: FUNCTION, Role: ROLE, Application: APPLICATION });
  const [spec] = readFunctions(deployment);
  expect(() => spec?.environment()).toThrow('is not deployed yet');
  for (const custom of deployment.customResources())
    deployment.settle(custom, 'id', { ApplicationArn: 'arn:app' });
  expect(spec?.environment()).toEqual({ APPLICATION: 'arn:app' });
});

test('custom resources come after what they depend on, also through other resources', () => {
  const custom = (dependsOn: readonly string[], reference?: string): JsonObject => ({
    Type: 'Custom::EnsThing',
    DependsOn: dependsOn,
    Properties: reference === undefined ? {} : { Value: { 'Fn::GetAtt': [reference, 'X'] } },
  });
  const deployment = deployed({
    First: custom([], 'Third'),
    Second: custom(['Policy']),
    Policy: { Type: 'AWS::IAM::Policy', Properties: { Name: { Ref: 'First' } } },
    Third: custom([]),
  });
  expect(deployment.customResources().map(({ logicalId }) => logicalId)).toEqual([
    'Third',
    'First',
    'Second',
  ]);
});

test('statements of a role come from its own policies and from those attached to it', () => {
  const statement = (action: string) => ({ Effect: 'Allow', Action: action, Resource: '*' });
  const document = (action: string) => ({ Statement: [statement(action)] });
  const [role] = readRoles(
    deployed({
      Role: { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyDocument: document('a:One') }] } },
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: document('a:Two') },
      },
      Other: {
        Type: 'AWS::IAM::Policy',
        Properties: { Roles: ['somebody'], PolicyDocument: document('a:Three') },
      },
    }),
  );
  expect(role?.statements()).toEqual([statement('a:One'), statement('a:Two')]);
});

test('a route leads to its function, a rate becomes a schedule', () => {
  const deployment = deployed({
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: {} },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { IntegrationUri: { 'Fn::GetAtt': ['Function', 'Arn'] }, PayloadFormatVersion: '2.0' },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        RouteKey: 'GET /x',
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        ScheduleExpression: 'rate(5 minutes)',
        Targets: [{ Id: 'x', Arn: { 'Fn::GetAtt': ['Function', 'Arn'] } }],
      },
    },
    Function: FUNCTION,
  });
  const functionArn = 'arn:aws:lambda:eu-central-1:123456789012:function:ens-Function';
  expect(readApi(deployment).routes).toEqual([{ key: 'GET /x', functionArn, payloadFormat: '2.0' }]);
  expect(readSchedules(deployment)).toMatchObject([{ everyMs: 300_000, functionArn }]);
});

test('a generated secret keeps its template and avoids what it has to', () => {
  const [secret] = readSecrets(
    deployed({
      Secret: {
        Type: 'AWS::SecretsManager::Secret',
        Properties: {
          Name: 'ens/owner',
          GenerateSecretString: {
            SecretStringTemplate: '{"username":"owner"}',
            GenerateStringKey: 'password',
            PasswordLength: 200,
            ExcludePunctuation: true,
            ExcludeCharacters: 'abc',
          },
        },
      },
    }),
  );
  expect(secret?.name).toBe('ens/owner');
  expect(secret?.value).toMatch(/^\{"username":"owner","password":"[d-zA-Z0-9]{200}"\}$/);
});

test('a value that another stack exports is found by its name', () => {
  const producer = readStack('one', '/out', {
    Resources: { Key: { Type: 'AWS::KMS::Key' } },
    Outputs: { Out: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] }, Export: { Name: 'one:key' } } },
  });
  const consumer = readStack('two', '/out', {
    Resources: { Thing: { Type: 'AWS::X::Y', Properties: { Key: { 'Fn::ImportValue': 'one:key' } } } },
  });
  const deployment = deploy([producer, consumer], PLACE);
  const [thing] = deployment.ofType('AWS::X::Y');
  expect(thing?.property('Key')).toMatch(/^arn:aws:kms:eu-central-1:123456789012:key\/[0-9a-f-]{36}$/);
});
