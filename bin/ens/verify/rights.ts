import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { readAwsError } from '#adapters/aws-errors.ts';
import { ENCRYPTION_CONTEXT_APP, type FunctionId, VARIABLES } from '#contract';
import { type Finding, failed, ok } from '../doctor/check.ts';
import { awsCall } from './aws-call.ts';
import type { Context } from './context.ts';

/** One call that a function makes, on the resource that this variable names. */
export interface Right {
  readonly functionId: FunctionId;
  readonly action: string;
  readonly variable: keyof typeof VARIABLES;
  /** The resource is an endpoint of the application that the variable names. */
  readonly ofEndpoint?: true;
  /** The resource is a parameter below the path that the variable names. */
  readonly ofParameter?: true;
  readonly encryptionContext?: Readonly<Record<string, string>>;
  readonly denied?: true;
}

const OURS = { app: ENCRYPTION_CONTEXT_APP, keyPairId: 'of-a-simulation' } as const;
const APPLICATIONS = ['applicationApns', 'applicationApnsSandbox', 'applicationFcm'] as const;
const DATABASE_USERS = ['register', 'callback', 'alive', 'upkeep'] as const;

const DATABASE_SECRETS = [
  'ownerSecretArn',
  'databaseSecretArn',
  'upkeepSecretArn',
  'readerSecretArn',
  'operatorSecretArn',
] as const;
const ROTATION = [
  'secretsmanager:GetSecretValue',
  'secretsmanager:DescribeSecret',
  'secretsmanager:PutSecretValue',
  'secretsmanager:UpdateSecretVersionStage',
] as const;

function eachApplication(functionId: FunctionId, action: string, ofEndpoint?: true): readonly Right[] {
  return APPLICATIONS.map((variable) => ({
    functionId,
    action,
    variable,
    ...(ofEndpoint === undefined ? {} : { ofEndpoint }),
  }));
}

/**
 * What the roles have to be allowed (lib/permissions.ts), and one thing that they must not be. The function that makes push
 * applications is missing: the deployment itself has used its rights.
 */
export const RIGHTS: readonly Right[] = [
  ...DATABASE_USERS.flatMap((functionId): readonly Right[] => [
    { functionId, action: 'rds-data:ExecuteStatement', variable: 'databaseArn' },
    { functionId, action: 'secretsmanager:GetSecretValue', variable: 'databaseSecretArn' },
  ]),
  ...(['register', 'callback', 'upkeep'] as const).map(
    (functionId): Right => ({
      functionId,
      action: 'secretsmanager:GetSecretValue',
      variable: 'pepperSecretArn',
    }),
  ),
  ...(['register', 'callback'] as const).flatMap((functionId): readonly Right[] => [
    { functionId, action: 'kms:Decrypt', variable: 'wrappingKeyArn', encryptionContext: OURS },
    {
      functionId,
      action: 'kms:Decrypt',
      variable: 'wrappingKeyArn',
      encryptionContext: { app: 'another', keyPairId: 'of-a-simulation' },
      denied: true,
    },
  ]),
  { functionId: 'alive', action: 'kms:DescribeKey', variable: 'wrappingKeyArn' },
  { functionId: 'alive', action: 'kms:DescribeKey', variable: 'vapidKeyArn' },
  {
    functionId: 'upkeep',
    action: 'kms:GenerateDataKeyPairWithoutPlaintext',
    variable: 'wrappingKeyArn',
    encryptionContext: OURS,
  },
  ...[
    'rds-data:ExecuteStatement',
    'rds-data:BeginTransaction',
    'rds-data:CommitTransaction',
    'rds-data:RollbackTransaction',
  ].map((action): Right => ({ functionId: 'migrate', action, variable: 'databaseArn' })),
  ...DATABASE_SECRETS.flatMap((variable) =>
    ROTATION.map((action): Right => ({ functionId: 'migrate', action, variable })),
  ),
  ...(['callback', 'upkeep'] as const).flatMap((functionId): readonly Right[] => [
    { functionId, action: 'kms:Sign', variable: 'vapidKeyArn' },
    { functionId, action: 'kms:GetPublicKey', variable: 'vapidKeyArn' },
    ...eachApplication(functionId, 'sns:Publish', true),
    ...eachApplication(functionId, 'sns:Publish'),
  ]),
  { functionId: 'app', action: 'kms:GetPublicKey', variable: 'vapidKeyArn' },
  ...eachApplication('register', 'sns:CreatePlatformEndpoint'),
  ...eachApplication('register', 'sns:GetEndpointAttributes'),
  ...eachApplication('register', 'sns:SetEndpointAttributes'),
  ...eachApplication('alive', 'sns:GetPlatformApplicationAttributes'),
  ...eachApplication('upkeep', 'sns:DeleteEndpoint'),
  ...['ssm:GetParameter', 'ssm:GetParametersByPath', 'ssm:PutParameter', 'ssm:DeleteParameters'].map(
    (action): Right => ({ functionId: 'upkeep', action, variable: 'revocationPath', ofParameter: true }),
  ),
];

/** Asks IAM what every role may do, without doing it; where that is not allowed, makes the calls that have no effect. */
export async function checkRights(context: Context): Promise<Finding> {
  const asked = RIGHTS.flatMap((right) => {
    const resource = resourceOf(context, right);
    return resource === undefined ? [] : [{ right, resource }];
  });
  const wrong: string[] = [];
  for (const { right, resource } of asked) {
    const decision = await simulate(context, right, resource);
    if (decision === 'not-allowed-to-ask') return dryCalls(context);
    const isAllowed = decision === 'allowed';
    if (isAllowed === (right.denied === true))
      wrong.push(
        `${right.functionId}: ${right.action} on ${resource} is ${decision}${right.denied === true ? ' with another encryption context' : ''}`,
      );
  }
  return wrong.length === 0
    ? ok(
        `IAM allows the roles the ${asked.length} calls that were simulated, and refuses foreign key material.`,
      )
    : failed(
        `${wrong.length} of ${asked.length} simulated calls are not as they should be.`,
        'Deploy this version again. If it stays so, a service control policy or a permissions boundary of your organisation interferes.',
        wrong,
      );
}

/** The function's own variable, since each has a database user of its own; else that of another function. */
function resourceOf(
  { functions }: Context,
  { functionId, variable, ofEndpoint, ofParameter }: Right,
): string | undefined {
  const name = VARIABLES[variable];
  const found = [functions[functionId], ...Object.values(functions)].flatMap(
    ({ variables }) => variables[name] ?? [],
  )[0];
  if (found === undefined || found === '') return undefined;
  if (ofParameter === true) {
    const [, partition, , region, account] =
      functions[functionId].variables[VARIABLES.databaseArn]?.split(':') ?? [];
    return `arn:${partition}:ssm:${region}:${account}:parameter${found}/of-a-simulation`;
  }
  return ofEndpoint === true ? `${found.replace(':app/', ':endpoint/')}/of-a-simulation` : found;
}

async function simulate(
  { clients, functions }: Context,
  { functionId, action, encryptionContext = {} }: Right,
  resource: string,
): Promise<string> {
  const entries = Object.entries(encryptionContext);
  const command = new SimulatePrincipalPolicyCommand({
    PolicySourceArn: functions[functionId].roleArn,
    ActionNames: [action],
    ResourceArns: [resource],
    ContextEntries:
      entries.length === 0
        ? []
        : [
            ...entries.map(([key, value]) => ({
              ContextKeyName: `kms:EncryptionContext:${key}`,
              ContextKeyValues: [value],
              ContextKeyType: 'string' as const,
            })),
            {
              ContextKeyName: 'kms:EncryptionContextKeys',
              ContextKeyValues: entries.map(([key]) => key),
              ContextKeyType: 'stringList' as const,
            },
          ],
  });
  try {
    const { EvaluationResults = [] } = await clients.iam.send(command);
    return EvaluationResults[0]?.EvalDecision ?? 'not decided';
  } catch (error) {
    if (/AccessDenied/.test(readAwsError(error).code)) return 'not-allowed-to-ask';
    return awsCall('iam:SimulatePrincipalPolicy', Promise.reject(error));
  }
}

/** Upkeep uses every right of its own but one; registration and mail, further points, use those of the others. */
async function dryCalls({ tools }: Context): Promise<Finding> {
  const run = await tools.runUpkeep();
  if (run.ok && run.failed.length === 0)
    return ok(
      'Not simulated, because you may not call iam:SimulatePrincipalPolicy. Upkeep ran instead with all its parts; deep health, registration and mail use the other rights.',
    );
  return failed(
    `Not simulated, because you may not call iam:SimulatePrincipalPolicy, and upkeep ${run.ok ? `failed in ${run.failed.join(', ')}` : `ended with ${run.error}`}.`,
    'Read the log of the upkeep function; a line with AccessDenied names the action and the resource.',
  );
}
