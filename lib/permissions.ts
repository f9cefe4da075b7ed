import { Stack } from 'aws-cdk-lib';
import { ENCRYPTION_CONTEXT_APP, type FunctionId } from '../lambdas/contract.ts';
import { secretArns } from './constructs/database.ts';
import type { EnsFunction } from './constructs/ens-function.ts';
import { applicationArn, configuredPlatforms, endpointArns } from './constructs/push-applications.ts';
import { revocationPath } from './environment.ts';
import type { Settings } from './settings.ts';
import type { StateStack } from './state-stack.ts';

export interface PermissionSources {
  readonly settings: Settings;
  readonly state: StateStack;
  readonly functions: Readonly<Record<FunctionId, EnsFunction>>;
}

const TRANSACTIONS = [
  'rds-data:BeginTransaction',
  'rds-data:CommitTransaction',
  'rds-data:RollbackTransaction',
];

const ROTATING = [
  'secretsmanager:GetSecretValue',
  'secretsmanager:DescribeSecret',
  'secretsmanager:PutSecretValue',
  'secretsmanager:UpdateSecretVersionStage',
];

/** Ties a KMS grant to our own ciphertexts: this context, and no further context key. */
const OUR_CIPHERTEXTS = {
  StringEquals: { 'kms:EncryptionContext:app': ENCRYPTION_CONTEXT_APP },
  'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['app', 'keyPairId'] },
} as const;

/** Each role gets the calls that its function makes, and nothing else. */
export function grantPermissions({ settings, state, functions }: PermissionSources): void {
  const stack = Stack.of(functions.register);
  const platforms = configuredPlatforms(settings);
  const applications = platforms.map((platform) => applicationArn(stack, settings, platform));
  const endpoints = platforms.map((platform) => endpointArns(stack, settings, platform));
  const cluster = state.database.cluster.clusterArn;
  const key = state.wrappingKey.keyArn;
  const user = secretArns(state.database);
  const ownerSecret = state.database.ownerSecret.secretArn;
  const { register, callback, alive, upkeep, migrate, app } = functions;

  for (const row of [register, callback, alive, upkeep]) {
    row.allow(['rds-data:ExecuteStatement'], [cluster]);
  }
  for (const opener of [register, callback]) {
    opener.allow(['secretsmanager:GetSecretValue'], [user.app, state.pepper.secretArn]);
    opener.allow(['kms:Decrypt'], [key], { conditions: OUR_CIPHERTEXTS });
  }
  alive.allow(['secretsmanager:GetSecretValue'], [user.reader]);
  alive.allow(['kms:DescribeKey'], [key]);
  upkeep.allow(['secretsmanager:GetSecretValue'], [user.upkeep, state.pepper.secretArn]);
  upkeep.allow(['kms:GenerateDataKeyPairWithoutPlaintext'], [key], { conditions: OUR_CIPHERTEXTS });
  upkeep.allow(
    ['ssm:GetParameter', 'ssm:GetParametersByPath', 'ssm:PutParameter', 'ssm:DeleteParameters'],
    [stack.formatArn({ service: 'ssm', resource: `parameter${revocationPath(settings.stage)}/*` })],
    { whyWildcard: 'The list has a parameter for each day; the pattern ends inside this stage’s own path.' },
  );
  migrate.allow(['rds-data:ExecuteStatement', ...TRANSACTIONS], [cluster]);
  migrate.allow(ROTATING, [ownerSecret, ...Object.values(user)]);

  if (state.vapidKey !== undefined) {
    const vapid = state.vapidKey.keyArn;
    for (const publisher of [callback, upkeep]) publisher.allow(['kms:Sign', 'kms:GetPublicKey'], [vapid]);
    app.allow(['kms:GetPublicKey'], [vapid]);
    alive.allow(['kms:DescribeKey'], [vapid]);
  }
  if (platforms.length === 0) return;
  register.allow(
    ['sns:CreatePlatformEndpoint', 'sns:GetEndpointAttributes', 'sns:SetEndpointAttributes'],
    applications,
  );
  alive.allow(['sns:GetPlatformApplicationAttributes'], applications);
  upkeep.allow(['sns:DeleteEndpoint'], applications);
  for (const publisher of [callback, upkeep]) {
    // No recorded denial says whether SNS evaluates the endpoint or its application: both are granted.
    publisher.allow(['sns:Publish'], [...endpoints, ...applications], {
      whyWildcard: 'Endpoints are made at run time; the pattern ends inside this stage’s own application.',
    });
  }
}
