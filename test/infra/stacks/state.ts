import { describe, expect, test } from '@jest/globals';
import { synthesise, VARIANTS } from '../support/synthesise.ts';
import { asList, asObject, resourcesOf, settled } from '../support/template.ts';

describe('the state stack', () => {
  test('holds these resources', () => {
    const { state } = synthesise();
    expect(Object.fromEntries(resourcesOf(state).map(({ id, type }) => [id, type]))).toMatchSnapshot();
  });

  test('keeps the database encrypted, protected, backed up and reachable by the Data API', () => {
    const [cluster] = resourcesOf(synthesise().state, 'AWS::RDS::DBCluster');
    expect(cluster?.deletionPolicy).toBe('Snapshot');
    expect(cluster?.properties).toMatchObject({
      BackupRetentionPeriod: 14,
      CopyTagsToSnapshot: true,
      DeletionProtection: true,
      EnableHttpEndpoint: true,
      Engine: 'aurora-postgresql',
      EngineVersion: '17.9',
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
      StorageEncrypted: true,
      EnableCloudwatchLogsExports: ['postgresql'],
    });
    // The migration makes it: it is not documented whether RDS keeps the case of a name.
    expect(cluster?.properties.DatabaseName).toBeUndefined();
  });

  test('logs errors of PostgreSQL for a bounded time, without statements and what they quote', () => {
    const { state } = synthesise();
    const [log] = resourcesOf(state, 'AWS::Logs::LogGroup');
    expect(log?.properties).toMatchObject({
      LogGroupName: '/aws/rds/cluster/ens-prod/postgresql',
      RetentionInDays: 30,
    });
    const [parameters] = resourcesOf(state, 'AWS::RDS::DBClusterParameterGroup');
    expect(parameters?.properties.Parameters).toEqual({
      log_error_verbosity: 'terse',
      log_min_error_statement: 'panic',
    });
  });

  test('leaves no way into the database from a network', () => {
    const { state } = synthesise(VARIANTS['static-egress']);
    const types = new Set(resourcesOf(state).map(({ type }) => type));
    for (const door of ['InternetGateway', 'NatGateway', 'Route', 'SecurityGroupIngress', 'VPCEndpoint']) {
      expect(types).not.toContain(`AWS::EC2::${door}`);
    }
    for (const { properties } of resourcesOf(state, 'AWS::EC2::SecurityGroup')) {
      expect(properties.SecurityGroupIngress).toBeUndefined();
      // CloudFormation has no empty list of rules: this one, to the address of nobody, takes the place of "all".
      expect(properties.SecurityGroupEgress).toEqual([
        expect.objectContaining({ CidrIp: '255.255.255.255/32', IpProtocol: 'icmp' }),
      ]);
    }
    const [cluster] = resourcesOf(state, 'AWS::RDS::DBCluster');
    expect(cluster?.properties.VpcSecurityGroupIds).toHaveLength(1);
    for (const { properties } of resourcesOf(state, 'AWS::RDS::DBInstance')) {
      expect(properties.PubliclyAccessible).toBe(false);
    }
  });

  test('rotates the wrapping key and keeps it whatever happens to the stack', () => {
    const [key] = resourcesOf(synthesise().state, 'AWS::KMS::Key');
    expect(key?.properties.EnableKeyRotation).toBe(true);
    expect(key?.deletionPolicy).toBe('Retain');
  });

  test('lets two functions and a break-glass role open private keys, and denies everybody else', () => {
    const [key] = resourcesOf(synthesise({ breakGlassRoleName: 'firefighters' }).state, 'AWS::KMS::Key');
    const statements = asList(asObject(key?.properties.KeyPolicy).Statement).map(asObject);
    const denials = statements.filter(({ Effect }) => Effect === 'Deny');
    expect(denials.map(({ Principal }) => Principal)).toEqual([{ AWS: '*' }, { AWS: '*' }, { AWS: '*' }]);
    const [others] = denials;
    expect(others?.Action).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKeyPair']));
    const exempt = asList(asObject(asObject(others?.Condition).ArnNotEquals)['aws:PrincipalArn']).map(
      settled,
    );
    expect(exempt).toEqual([
      'arn:aws:iam::123456789012:role/ens-prod-register-eu-central-1',
      'arn:aws:iam::123456789012:role/ens-prod-callback-eu-central-1',
      'arn:aws:iam::123456789012:role/firefighters',
    ]);
    const names = resourcesOf(synthesise().service, 'AWS::IAM::Role').map(({ properties }) =>
      settled(properties.RoleName ?? ''),
    );
    expect(names).toEqual(
      expect.arrayContaining(['ens-prod-register-eu-central-1', 'ens-prod-callback-eu-central-1']),
    );
  });

  test('generates every secret and writes none into the template', () => {
    const secrets = resourcesOf(synthesise().state, 'AWS::SecretsManager::Secret');
    expect(secrets).toHaveLength(6);
    for (const { properties } of secrets) {
      expect(properties.SecretString).toBeUndefined();
      expect(properties.GenerateSecretString).toBeDefined();
    }
    const pepper = secrets.find(({ id }) => id.startsWith('Pepper'));
    expect(asObject(pepper?.properties.GenerateSecretString)).toEqual({
      ExcludePunctuation: true,
      PasswordLength: 64,
    });
    expect(pepper?.deletionPolicy).toBe('Retain');
  });
});
