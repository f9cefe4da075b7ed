import { GetPlatformApplicationAttributesCommand } from '@aws-sdk/client-sns';
import { readAwsError } from '#adapters/aws-errors.ts';
import { VARIABLES } from '#contract';
import { type Finding, failed, ok } from '../doctor/check.ts';
import type { Context } from './context.ts';

const APPLICATIONS = {
  apns: VARIABLES.applicationApns,
  'apns-sandbox': VARIABLES.applicationApnsSandbox,
  fcm: VARIABLES.applicationFcm,
} as const;
export type SnsPlatform = keyof typeof APPLICATIONS;
const PLATFORMS = ['apns', 'fcm', 'apns-sandbox'] as const satisfies readonly SnsPlatform[];

/** The platform that a made-up phone registers for; undefined where no push application is deployed. */
export function platformOf(context: Pick<Context, 'functions'>): SnsPlatform | undefined {
  return PLATFORMS.find((platform) => applicationOf(context, platform) !== '');
}

function applicationOf({ functions }: Pick<Context, 'functions'>, platform: SnsPlatform): string {
  return functions.register.variables[APPLICATIONS[platform]] ?? '';
}

/** Every platform application is enabled and reports failed pushes. */
export async function checkApplications(context: Context): Promise<Finding> {
  const deployed = PLATFORMS.filter((platform) => applicationOf(context, platform) !== '');
  const hasWebPush = (context.functions.callback.variables[VARIABLES.vapidKeyArn] ?? '') !== '';
  if (deployed.length === 0)
    return hasWebPush
      ? ok('No push application, because no secret of Apple or Google is set. Web Push needs none.')
      : failed(
          'No push application is deployed, so that no phone can register.',
          'Set apnsSecretName or fcmSecretName, or webPush, in cdk.json and deploy.',
        );
  const faults: string[] = [];
  for (const platform of deployed) {
    const fault = await faultOf(context, platform);
    if (fault !== undefined) faults.push(`${platform}: ${fault}`);
  }
  return faults.length === 0
    ? ok(`Enabled, and reporting failed pushes: ${deployed.join(', ')}.`)
    : failed(
        `Not as they should be: ${faults.join('; ')}.`,
        'SNS disables an application whose key Apple or Google refused. Put a valid key into its secret and deploy again.',
      );
}

async function faultOf(context: Context, platform: SnsPlatform): Promise<string | undefined> {
  const command = new GetPlatformApplicationAttributesCommand({
    PlatformApplicationArn: applicationOf(context, platform),
  });
  try {
    const { Attributes = {} } = await context.clients.sns.send(command);
    if (Attributes.Enabled !== 'true') return 'disabled';
    return Attributes.EventDeliveryFailure === undefined ? 'failed pushes are reported to nobody' : undefined;
  } catch (error) {
    return readAwsError(error).code;
  }
}
