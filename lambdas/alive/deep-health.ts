import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetPlatformApplicationAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { clientSettings, signingAgain } from '#adapters/aws-clients.ts';
import { dependencyUnavailable } from '#adapters/aws-errors.ts';
import { createApiTokenStore } from '#adapters/data-api/api-tokens.ts';
import { openDatabase } from '#adapters/data-api/database.ts';
import { createHealthStore } from '#adapters/data-api/health.ts';
import { VARIABLES } from '#contract';
import { createAuthorizeClient } from '#domain/access/authorize-client.ts';
import { checkHealth } from '#domain/health/check-health.ts';
import { systemClock } from '#runtime/system.ts';
import type { AliveEnv } from './env.ts';
import type { DeepHealth } from './route.ts';

/** The deep check and what it needs: loaded with the first deep request, so that a shallow one stays empty. */
export function createDeepHealth(env: AliveEnv): DeepHealth {
  const database = openDatabase({
    databaseArn: env[VARIABLES.databaseArn],
    secretArn: env[VARIABLES.databaseSecretArn],
    databaseName: env[VARIABLES.databaseName],
    budgetMs: 5_000,
  });
  const kms = new KMSClient(clientSettings(3_000));
  const sns = signingAgain(new SNSClient(clientSettings(3_000)));
  const applications = {
    apns: env[VARIABLES.applicationApns],
    'apns-sandbox': env[VARIABLES.applicationApnsSandbox],
    fcm: env[VARIABLES.applicationFcm],
  };

  async function keyFault(keyArn: string, name: string): Promise<string | undefined> {
    const { KeyMetadata } = await kms
      .send(new DescribeKeyCommand({ KeyId: keyArn }))
      .catch((error: unknown) => {
        throw dependencyUnavailable('kms', error);
      });
    return KeyMetadata?.KeyState === 'Enabled'
      ? undefined
      : `${name} is ${KeyMetadata?.KeyState ?? 'unknown'}`;
  }

  async function pushApplications(): Promise<string | undefined> {
    const configured = Object.entries(applications).filter(([, arn]) => arn !== undefined);
    const vapidKeyArn = env[VARIABLES.vapidKeyArn];
    if (configured.length === 0 && vapidKeyArn === undefined) return 'no push application is deployed';
    const faults = await Promise.all([
      ...configured.map(([platform, arn]) => applicationFault(platform, arn)),
      ...(vapidKeyArn === undefined ? [] : [keyFault(vapidKeyArn, 'the key for web pushes')]),
    ]);
    return faults.filter((fault) => fault !== undefined).join('; ') || undefined;
  }

  async function applicationFault(platform: string, arn: string | undefined): Promise<string | undefined> {
    const { Attributes } = await sns
      .send(new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn: arn }))
      .catch((error: unknown) => {
        throw dependencyUnavailable('sns', error);
      });
    return Attributes?.Enabled === 'false' ? `${platform} is disabled` : undefined;
  }

  return {
    authorize: createAuthorizeClient(createApiTokenStore(database), systemClock),
    check: () =>
      checkHealth(
        {
          store: createHealthStore(database),
          wrappingKey: () => keyFault(env[VARIABLES.wrappingKeyArn], 'the key'),
          pushApplications,
          clock: systemClock,
        },
        {
          keyRotationMs: env[VARIABLES.keyRotationHours] * 3_600_000,
          statusFrequencyMinutes: env[VARIABLES.statusFrequencyMinutes],
        },
      ),
  };
}
