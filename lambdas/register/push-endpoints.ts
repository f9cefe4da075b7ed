import { SNSClient } from '@aws-sdk/client-sns';
import { clientSettings, signingAgain } from '#adapters/aws-clients.ts';
import { createPushEndpoints } from '#adapters/sns/push-endpoints.ts';
import { openPushHosts } from '#adapters/webpush/open-web-push.ts';
import { createWebPushEndpoints } from '#adapters/webpush/push-endpoints.ts';
import { VARIABLES } from '#contract';
import type { PushEndpoints } from '#domain/ports/push.ts';
import { endpointsByPlatform } from '#domain/push/by-platform.ts';
import type { RegisterEnv } from './env.ts';

/** Where devices of every platform get their endpoints: SNS, or the sealed row for browsers. */
export function openPushEndpoints(
  env: RegisterEnv,
  subscriptionKey: () => Promise<Uint8Array>,
): PushEndpoints {
  const hosts = openPushHosts(env[VARIABLES.allowedPushHosts]);
  return endpointsByPlatform({
    sns: createPushEndpoints({
      client: signingAgain(new SNSClient(clientSettings(3_000))),
      applications: {
        apns: env[VARIABLES.applicationApns],
        'apns-sandbox': env[VARIABLES.applicationApnsSandbox],
        fcm: env[VARIABLES.applicationFcm],
      },
      timeoutMs: 4_000,
    }),
    webPush: hosts === undefined ? undefined : createWebPushEndpoints({ hosts, subscriptionKey }),
  });
}
