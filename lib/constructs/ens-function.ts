import { type Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionId } from '../../lambdas/contract.ts';
import { QUIET_LOGS } from './quiet-logs.ts';

export interface EnsFunctionProps {
  readonly functionId: FunctionId;
  readonly stage: string;
  readonly code: Code;
  readonly timeout: Duration;
  readonly memoryMegabytes: number;
  readonly logRetention: RetentionDays;
  readonly environment: Readonly<Record<string, string>>;
  readonly reservedConcurrency?: number | undefined;
  readonly network?:
    | { readonly vpc: IVpc; readonly vpcSubnets: SubnetSelection; readonly securityGroups: ISecurityGroup[] }
    | undefined;
}

export interface Limits {
  readonly conditions?: Readonly<Record<string, Record<string, unknown>>>;
  /** Why a resource of the statement ends in a wildcard; shown beside the acknowledged finding. */
  readonly whyWildcard?: string;
}

/**
 * Keeps a warm process within its memory: V8 would otherwise let the heap grow (bench: 148 to 122 MB). Half the
 * semi-space would save nothing and collect garbage twice as often. What strangers send is bounded to fit this heap.
 */
export const NODE_OPTIONS = '--max-old-space-size=96 --max-semi-space-size=2';

/** Name of a function's role; known before the role exists, so that the policy of a key can name it. */
export function roleName(scope: Construct, stage: string, functionId: FunctionId): string {
  // Roles are of the whole account: the region keeps two deployments of one stage apart.
  return `ens-${stage}-${functionId}-${Stack.of(scope).region}`;
}

/** House defaults of every function: Node 24 on arm64, a role and a log group of its own, no managed policy. */
export class EnsFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;
  readonly functionId: FunctionId;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: EnsFunctionProps) {
    super(scope, id);
    this.functionId = props.functionId;
    this.logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/ens/${props.stage}/${props.functionId}`,
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      roleName: roleName(this, props.stage, props.functionId),
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.logGroup.grantWrite(this.role);
    if (props.network !== undefined) this.allowNetworkInterfaces();
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: `ens-${props.stage}-${props.functionId}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: props.code,
      role: this.role,
      logGroup: this.logGroup,
      ...QUIET_LOGS,
      timeout: props.timeout,
      memorySize: props.memoryMegabytes,
      environment: {
        NODE_OPTIONS,
        ...props.environment,
      },
      ...(props.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...(props.network ?? {}),
    });
    Validations.of(this.lambda).acknowledge(
      {
        id: 'Serverless-LambdaTracing',
        reason:
          'A trace records the URL, and the path of a callback is a secret; the X-Ray SDK is at its end.',
      },
      {
        id: 'Serverless-LambdaDLQ',
        reason:
          'Called synchronously by the gateway or CloudFormation, or every five minutes by a schedule whose next run makes up for a lost one.',
      },
    );
  }

  /** Adds one statement to this function's own role; a resource with a wildcard needs its reason. */
  allow(actions: readonly string[], resources: readonly string[], limits: Limits = {}): void {
    this.role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: [...actions],
        resources: [...resources],
        conditions: { ...limits.conditions },
      }),
    );
    if (limits.whyWildcard === undefined) return;
    for (const resource of resources) {
      const spelt = asFinding(Stack.of(this).resolve(resource));
      if (!spelt.includes('*')) continue;
      Validations.of(this.role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${spelt}]`,
        reason: limits.whyWildcard,
      });
    }
  }

  /** What the Lambda service itself needs to attach a function to subnets (Lambda guide, VPC permissions). */
  private allowNetworkInterfaces(): void {
    const everything = Stack.of(this).formatArn({ service: 'ec2', resource: '*', resourceName: '*' });
    this.allow(
      [
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      [everything],
      {
        whyWildcard: 'Lambda names its network interfaces at run time and refuses a role that narrows them.',
      },
    );
    this.allow(['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'], ['*'], {
      whyWildcard: 'EC2 knows no resource for these two reading actions.',
    });
  }
}

/** A resolved ARN as cdk-nag spells it in the id of a finding. */
function asFinding(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(asFinding).join('');
  if (typeof value !== 'object' || value === null) return '';
  const [[name, argument] = []] = Object.entries(value);
  if (name === 'Ref') return `<${asFinding(argument)}>`;
  return name === 'Fn::Join' && Array.isArray(argument) ? asFinding(argument[1]) : '';
}
