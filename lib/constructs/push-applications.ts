import { ArnFormat, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import type { EnsFunction } from './ens-function.ts';

/** Platform as devices name it, platform as SNS names it. */
const SNS_PLATFORM = { apns: 'APNS', 'apns-sandbox': 'APNS_SANDBOX', fcm: 'GCM' } as const;
export type PushPlatform = keyof typeof SNS_PLATFORM;

/** ARN of the platform application; absent where the platform has no secret. */
export type PlatformArns = Readonly<Partial<Record<PushPlatform, string>>>;

/** Longer than an attempt, Lambda's pause of a minute and another attempt. */
const REPEATED = Duration.minutes(6);

/** The platforms that these settings configure, in a fixed order. */
export function configuredPlatforms(settings: Settings): readonly PushPlatform[] {
  const apple = settings.apnsSecretName === undefined ? [] : (['apns'] as const);
  const sandbox =
    settings.apnsSecretName !== undefined && settings.apnsSandbox ? (['apns-sandbox'] as const) : [];
  const google = settings.fcmSecretName === undefined ? [] : (['fcm'] as const);
  return [...apple, ...sandbox, ...google];
}

function applicationName(settings: Settings, platform: PushPlatform): string {
  return `ens-${settings.stage}-${platform}`;
}

function secretNameOf(settings: Settings, platform: PushPlatform): string | undefined {
  return platform === 'fcm' ? settings.fcmSecretName : settings.apnsSecretName;
}

/** ARN that SNS gives this application; known before it exists, so that policies can name it. */
export function applicationArn(stack: Stack, settings: Settings, platform: PushPlatform): string {
  return stack.formatArn({
    service: 'sns',
    resource: 'app',
    resourceName: `${SNS_PLATFORM[platform]}/${applicationName(settings, platform)}`,
  });
}

/** Every endpoint of this application. */
export function endpointArns(stack: Stack, settings: Settings, platform: PushPlatform): string {
  return stack.formatArn({
    service: 'sns',
    resource: 'endpoint',
    resourceName: `${SNS_PLATFORM[platform]}/${applicationName(settings, platform)}/*`,
  });
}

export interface PushApplicationsProps {
  readonly settings: Settings;
  readonly provider: EnsFunction;
  readonly deliveryFailures: ITopic;
  /** Differs with every deployment, so that each one takes over the secret's newest version. */
  readonly deployedAt: string;
}

/**
 * SNS platform applications, for which CloudFormation has no type: a function of ours reads the secret itself
 * and answers with the ARN alone. Deleting the stack leaves them, because all endpoints would go with them.
 */
export class PushApplications extends Construct {
  readonly arns: PlatformArns;

  constructor(scope: Construct, id: string, props: PushApplicationsProps) {
    super(scope, id);
    const { settings, provider } = props;
    const platforms = configuredPlatforms(settings);
    const arns = new Map<PushPlatform, string>();
    for (const platform of platforms) {
      const resource = new CustomResource(this, SNS_PLATFORM[platform], {
        resourceType: 'Custom::EnsPushApplications',
        serviceToken: provider.lambda.functionArn,
        serviceTimeout: REPEATED,
        removalPolicy: RemovalPolicy.RETAIN,
        properties: {
          Platform: SNS_PLATFORM[platform],
          Name: applicationName(settings, platform),
          ApplicationArn: applicationArn(Stack.of(this), settings, platform),
          SecretName: secretNameOf(settings, platform),
          ...(platform === 'fcm' ? {} : { BundleId: settings.apnsBundleId }),
          DeliveryFailureTopicArn: props.deliveryFailures.topicArn,
          DeployedAt: props.deployedAt,
        },
      });
      resource.node.addDependency(provider);
      arns.set(platform, resource.getAttString('ApplicationArn'));
    }
    this.arns = Object.fromEntries(arns);
    if (platforms.length > 0) this.allow(props, platforms);
  }

  private allow({ settings, provider }: PushApplicationsProps, platforms: readonly PushPlatform[]): void {
    const stack = Stack.of(this);
    // SNS evaluates CreatePlatformApplication on `app/` with nothing behind the slash.
    provider.allow(
      ['sns:CreatePlatformApplication'],
      [stack.formatArn({ service: 'sns', resource: 'app', resourceName: '*' })],
      { whyWildcard: 'SNS evaluates the creation before the application has a name: on "app/" alone.' },
    );
    provider.allow(
      ['sns:GetPlatformApplicationAttributes', 'sns:SetPlatformApplicationAttributes'],
      platforms.map((platform) => applicationArn(stack, settings, platform)),
    );
    const names = new Set(platforms.map((platform) => secretNameOf(settings, platform)));
    provider.allow(
      ['secretsmanager:GetSecretValue'],
      // Secrets Manager appends a hyphen and six characters to the name.
      [...names].map((name) =>
        stack.formatArn({
          service: 'secretsmanager',
          resource: 'secret',
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          resourceName: `${name}-??????`,
        }),
      ),
    );
  }
}
