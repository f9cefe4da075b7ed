import { describe, expect, test } from '@jest/globals';
import { synthesise, VARIANTS } from '../support/synthesise.ts';
import { asObject, resourcesOf } from '../support/template.ts';

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
      DatabaseName: 'ENS',
      DeletionProtection: true,
      EnableHttpEndpoint: true,
      Engine: 'aurora-postgresql',
      EngineVersion: '17.9',
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
      StorageEncrypted: true,
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
    }
    for (const { properties } of resourcesOf(state, 'AWS::RDS::DBInstance')) {
      expect(properties.PubliclyAccessible).toBe(false);
    }
  });

  test('rotates the wrapping key and keeps it whatever happens to the stack', () => {
    const [key] = resourcesOf(synthesise().state, 'AWS::KMS::Key');
    expect(key?.properties.EnableKeyRotation).toBe(true);
    expect(key?.deletionPolicy).toBe('Retain');
  });

  test('generates every secret and writes none into the template', () => {
    const secrets = resourcesOf(synthesise().state, 'AWS::SecretsManager::Secret');
    expect(secrets).toHaveLength(3);
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
