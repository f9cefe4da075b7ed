/** PushEndpoints on Web Push: nothing is made anywhere; the subscription is checked and sealed for the row. */
import { DependencyUnavailable } from '#domain/errors.ts';
import type { EndpointOutcome, PushEndpoints } from '#domain/ports/push.ts';
import type { PushHosts } from './push-hosts.ts';
import { sealSubscription } from './sealed-subscription.ts';
import { readSubscription } from './subscription.ts';

export interface WebPushEndpointsOptions {
  readonly hosts: PushHosts;
  /** Key of the stored subscriptions. Throws DependencyUnavailable('secrets'). */
  subscriptionKey(): Promise<Uint8Array>;
}

export function createWebPushEndpoints({
  hosts,
  subscriptionKey,
}: WebPushEndpointsOptions): PushEndpoints<'webpush'> {
  return {
    configuredPlatforms: () => ['webpush'],
    async ensure({ token }): Promise<EndpointOutcome> {
      const reading = readSubscription(token);
      if (!reading.ok) return { kind: 'token-invalid', detail: reading.detail };
      const judgement = hosts.judge(reading.subscription.endpoint);
      if (!judgement.ok) return { kind: 'token-invalid', detail: judgement.reason };
      try {
        return {
          kind: 'ready',
          endpointArn: sealSubscription(await subscriptionKey(), reading.subscription),
        };
      } catch (error) {
        if (error instanceof DependencyUnavailable) return { kind: 'later', code: error.code };
        throw error;
      }
    },
  };
}
