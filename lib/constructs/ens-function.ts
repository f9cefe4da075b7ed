import { type Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionId } from '../../lambdas/contract.ts';

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

/** House defaults of every function: Node 24 on arm64, a role and a log group of its own, no managed policy. */
export class EnsFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;
  readonly functionId: FunctionId;

  constructor(scope: Construct, id: string, props: EnsFunctionProps) {
    super(scope, id);
    this.functionId = props.functionId;
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/ens/${props.stage}/${props.functionId}`,
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);
    if (props.network !== undefined) this.allowNetworkInterfaces();
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: `ens-${props.stage}-${props.functionId}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: props.code,
      role: this.role,
      logGroup,
      timeout: props.timeout,
      memorySize: props.memoryMegabytes,
      environment: {
        // Keeps a warm process within its memory: V8 would otherwise let the heap grow (bench: 148 to 122 MB).
        NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=1',
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

  /** Adds one statement to this function's own role. */
  allow(
    actions: readonly string[],
    resources: readonly string[],
    conditions: Readonly<Record<string, Record<string, unknown>>> = {},
  ): void {
    this.role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: [...actions],
        resources: [...resources],
        conditions: { ...conditions },
      }),
    );
  }

  /** What the Lambda service itself needs to attach a function to subnets. */
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
    );
    this.allow(['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'], ['*']);
  }
}
