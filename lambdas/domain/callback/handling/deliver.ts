import type { EndpointId } from '../../model/ids.ts';
import type { DeviceTarget, SubscriptionView } from '../../model/subscription.ts';
import type { Push, PushOutcome } from '../../ports/push.ts';
import type { CallbackPorts } from './ports.ts';

/** What became of all pushes of one request. */
export interface Deliveries {
  readonly delivered: number;
  /** Not delivered, though the phone may well be there: the push service or our set-up failed. */
  readonly failed: number;
  readonly gone: readonly EndpointId[];
}

export const NO_DELIVERIES: Deliveries = { delivered: 0, failed: 0, gone: [] };

const METRIC = {
  delivered: 'PushDelivered',
  'device-gone': 'PushDeviceGone',
  later: 'PushLater',
  misconfigured: 'PushMisconfigured',
} as const satisfies Record<PushOutcome['kind'], string>;

/** Sends to every device of the mailbox what `pushesFor` says, one publish per device and push. */
export async function deliver(
  ports: Pick<CallbackPorts, 'push' | 'metrics' | 'log'>,
  view: SubscriptionView,
  pushesFor: (device: DeviceTarget) => readonly Push[],
): Promise<Deliveries> {
  const results = await Promise.all(
    view.devices
      .filter((device) => device.endpointEnabled)
      .flatMap((device) => pushesFor(device).map((push) => sendOne(ports, device, push))),
  );
  return {
    delivered: results.filter(({ outcome }) => outcome.kind === 'delivered').length,
    failed: results.filter(({ outcome }) => outcome.kind === 'later' || outcome.kind === 'misconfigured')
      .length,
    gone: [
      ...new Set(
        results
          .filter(({ outcome }) => outcome.kind === 'device-gone')
          .map(({ device }) => device.endpointId),
      ),
    ],
  };
}

export function addDeliveries(a: Deliveries, b: Deliveries): Deliveries {
  return {
    delivered: a.delivered + b.delivered,
    failed: a.failed + b.failed,
    gone: [...new Set([...a.gone, ...b.gone])],
  };
}

async function sendOne(
  ports: Pick<CallbackPorts, 'push' | 'metrics' | 'log'>,
  device: DeviceTarget,
  push: Push,
): Promise<{ readonly device: DeviceTarget; readonly outcome: PushOutcome }> {
  const { registrationId, endpointArn, platform, preferences } = device;
  const target = { registrationId, endpointArn, platform, previewKey: preferences.previewKey };
  const outcome = await ports.push.send(target, push);
  ports.metrics.count(METRIC[outcome.kind]);
  if (outcome.kind === 'later' || outcome.kind === 'misconfigured')
    ports.log.warn('push-not-delivered', { outcome: outcome.kind, code: outcome.code, registrationId });
  return { device, outcome };
}
