import { describe, expect, test } from '@jest/globals';
import { FUNCTION_IDS, ROUTES } from '../../../lambdas/contract.ts';
import { synthesise, VARIANT_NAMES, VARIANTS } from '../support/synthesise.ts';
import { asList, asObject, functionsOf, resourcesOf } from '../support/template.ts';

const WIRING =
  /^AWS::(Lambda::Permission|CloudWatch::Alarm|Logs::QueryDefinition|ApiGatewayV2::Integration)$/;

function outputsOf(settings: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(synthesise(settings).service.toJSON().Outputs).sort();
}

describe('the service stack', () => {
  test('holds these resources beside permissions, integrations, alarms and queries', () => {
    const resources = resourcesOf(synthesise(VARIANTS['push-secrets']).service);
    const listed = resources.filter(({ type }) => !WIRING.test(type)).map(({ id, type }) => [id, type]);
    expect(Object.fromEntries(listed)).toMatchSnapshot();
  });

  test('has the routes of the contract and no other', () => {
    const routes = resourcesOf(synthesise().service, 'AWS::ApiGatewayV2::Route');
    expect(routes.map(({ properties }) => properties.RouteKey).sort()).toEqual(Object.keys(ROUTES).sort());
  });

  test('runs every function on Node 24 and arm64 for less time than the gateway waits', () => {
    for (const [functionId, { properties }] of functionsOf(synthesise().service)) {
      expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      const behindTheGateway = new Set<string>(Object.values(ROUTES)).has(functionId);
      if (behindTheGateway) expect(Number(properties.Timeout)).toBeLessThan(30);
    }
  });

  test('throttles registrations and callbacks separately', () => {
    const settings = {
      registerRatePerSecond: 7,
      registerBurst: 8,
      callbackRatePerSecond: 70,
      callbackBurst: 80,
    };
    const [stage] = resourcesOf(synthesise(settings).service, 'AWS::ApiGatewayV2::Stage');
    expect(stage?.properties.DefaultRouteSettings).toMatchObject({
      ThrottlingRateLimit: 70,
      ThrottlingBurstLimit: 80,
    });
    const routes = asObject(stage?.properties.RouteSettings);
    expect(asObject(routes['POST /api/ens/register'])).toMatchObject({
      ThrottlingRateLimit: 7,
      ThrottlingBurstLimit: 8,
    });
    expect(Object.keys(routes).filter((route) => route.includes('callback'))).toEqual([]);
  });

  test('reserves concurrency only where the settings say so', () => {
    const reserved = (settings: Readonly<Record<string, unknown>>) =>
      [...functionsOf(synthesise(settings).service)].flatMap(([functionId, { properties }]) =>
        properties.ReservedConcurrentExecutions === undefined
          ? []
          : [[functionId, properties.ReservedConcurrentExecutions]],
      );
    expect(reserved({})).toEqual([]);
    expect(reserved({ callbackConcurrency: 100, registerConcurrency: 20 })).toEqual([
      ['register', 20],
      ['callback', 100],
    ]);
  });

  test('calls upkeep every five minutes, after delivery failures and once with a deployment', () => {
    const { service } = synthesise();
    expect(resourcesOf(service, 'AWS::Events::Rule')[0]?.properties.ScheduleExpression).toBe(
      'rate(5 minutes)',
    );
    expect(resourcesOf(service, 'AWS::SNS::Subscription')[0]?.properties.Protocol).toBe('lambda');
    expect(resourcesOf(service, 'Custom::EnsFirstUpkeep')).toHaveLength(1);
  });

  test('migrates before any function with new code is deployed', () => {
    const { service } = synthesise();
    const [migrations] = resourcesOf(service, 'Custom::EnsMigrations');
    expect(migrations?.properties.MigrationsHash).toMatch(/^[0-9a-f]{64}$/);
    const resources = service.toJSON().Resources;
    for (const [functionId, { id }] of functionsOf(service)) {
      const waits = !['migrate', 'push-applications', 'app'].includes(functionId);
      expect({ functionId, waits: asList(resources[id].DependsOn).includes(migrations?.id ?? '') }).toEqual({
        functionId,
        waits,
      });
    }
  });

  test.each(VARIANT_NAMES)('carries no secret with the %s settings', (variant) => {
    const { service, state } = synthesise(VARIANTS[variant]);
    const text = JSON.stringify([service.toJSON(), state.toJSON()]);
    for (const part of ['PRIVATE KEY', '"SecretString"', 'PlatformCredential', '{{resolve:']) {
      expect(text.replaceAll(OWNER_LOGIN, '')).not.toContain(part);
    }
  });

  test('gives push applications names and ARNs, never a secret’s text', () => {
    const [first] = resourcesOf(synthesise(VARIANTS['push-secrets']).service, 'Custom::EnsPushApplications');
    expect(Object.keys(first?.properties ?? {}).sort()).toEqual([
      'ApplicationArn',
      'BundleId',
      'DeliveryFailureTopicArn',
      'DeployedAt',
      'Name',
      'Platform',
      'SecretName',
      'ServiceTimeout',
      'ServiceToken',
    ]);
    expect(first?.deletionPolicy).toBe('Retain');
  });

  test('makes no push application without a secret', () => {
    expect(resourcesOf(synthesise().service, 'Custom::EnsPushApplications')).toEqual([]);
    const sandbox = { ...VARIANTS['push-secrets'], apnsSandbox: false };
    const platforms = resourcesOf(synthesise(sandbox).service, 'Custom::EnsPushApplications');
    expect(platforms.map(({ properties }) => properties.Platform)).toEqual(['APNS', 'GCM']);
  });

  test('tells the operator the link address, the dashboard and every function', () => {
    expect(outputsOf({})).toEqual(
      expect.arrayContaining([
        'DashboardLink',
        'ENSLinkAddress',
        'CallbackFunctionName',
        'UpkeepFunctionName',
      ]),
    );
    expect(outputsOf({}).filter((name) => name.endsWith('FunctionName'))).toHaveLength(FUNCTION_IDS.length);
  });
});

/** The database's master login is a reference that CloudFormation resolves inside RDS, where it is supported. */
const OWNER_LOGIN = /\{\{resolve:secretsmanager:/g;

describe('static egress', () => {
  test('puts the functions that call Exchange, and no other, behind two Elastic IPs that stay', () => {
    const { service } = synthesise(VARIANTS['static-egress']);
    const inside = [...functionsOf(service)]
      .filter(([, { properties }]) => properties.VpcConfig !== undefined)
      .map(([functionId]) => functionId);
    expect(inside).toEqual(['register', 'callback']);
    const addresses = resourcesOf(service, 'AWS::EC2::EIP');
    expect(addresses.map(({ deletionPolicy }) => deletionPolicy)).toEqual(['Retain', 'Retain']);
    expect(resourcesOf(service, 'AWS::EC2::NatGateway')).toHaveLength(2);
    expect(outputsOf(VARIANTS['static-egress']).some((name) => name.includes('EgressAddresses'))).toBe(true);
  });

  test('uses the Elastic IPs that the settings name', () => {
    const staticEgressAllocationIds = ['eipalloc-0123456789abcdef0', 'eipalloc-0123456789abcdef1'];
    const { service } = synthesise({ staticEgress: true, staticEgressAllocationIds });
    expect(resourcesOf(service, 'AWS::EC2::EIP')).toEqual([]);
    expect(
      resourcesOf(service, 'AWS::EC2::NatGateway').map(({ properties }) => properties.AllocationId),
    ).toEqual(staticEgressAllocationIds);
  });
});

describe('a custom domain', () => {
  test('takes the place of the AWS name', () => {
    const { service } = synthesise(VARIANTS['custom-domain']);
    const [api] = resourcesOf(service, 'AWS::ApiGatewayV2::Api');
    expect(api?.properties.DisableExecuteApiEndpoint).toBe(true);
    const [domain] = resourcesOf(service, 'AWS::ApiGatewayV2::DomainName');
    expect(domain?.properties.DomainName).toBe('ens.example.com');
    expect(JSON.stringify(domain?.properties)).toContain('"SecurityPolicy":"TLS_1_2"');
    expect(outputsOf(VARIANTS['custom-domain'])).toContain('DomainTarget');
  });
});
