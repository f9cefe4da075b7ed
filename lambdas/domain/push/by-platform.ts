import type { SnsPlatform } from '../model/preferences.ts';
import type { Push, PushEndpoints, PushSender } from '../ports/push.ts';

/** One sender for each way to a phone. Absent: this deployment does not offer it. */
export interface Senders {
  readonly sns: PushSender<SnsPlatform>;
  readonly webPush: PushSender<'webpush'> | undefined;
}

/** The sender for every platform: each push goes out as the platform allows. */
export function sendByPlatform({ sns, webPush }: Senders): PushSender {
  return {
    async send(target, push) {
      const { platform } = target;
      if (platform !== 'webpush') return sns.send({ ...target, platform }, push);
      if (webPush === undefined) return { kind: 'misconfigured', code: 'WebPushOff' };
      return webPush.send({ ...target, platform }, visible(push));
    },
  };
}

/** Browsers end a subscription that wakes in silence, so a wake is visible at once. */
function visible(push: Push): Push {
  return push.type === 'wake' ? { type: 'open-app' } : push;
}

export interface EndpointMakers {
  readonly sns: PushEndpoints<SnsPlatform>;
  readonly webPush: PushEndpoints<'webpush'> | undefined;
}

export function endpointsByPlatform({ sns, webPush }: EndpointMakers): PushEndpoints {
  return {
    async ensure(request) {
      const { platform } = request;
      if (platform !== 'webpush') return sns.ensure({ ...request, platform });
      return webPush?.ensure({ ...request, platform }) ?? { kind: 'platform-not-configured' };
    },
    configuredPlatforms: () => [
      ...sns.configuredPlatforms(),
      ...(webPush === undefined ? [] : webPush.configuredPlatforms()),
    ],
  };
}
