import type { DeviceTarget } from '../model/subscription.ts';
import type { Push } from '../ports/push.ts';
import type { UpkeepPorts } from './ports.ts';

/** Mailboxes at once; a staggered wave, so that waking everybody is no flood on the register function. */
export const PARALLEL = 10;

const METRIC = {
  delivered: 'PushDelivered',
  'device-gone': 'PushDeviceGone',
  later: 'PushLater',
  misconfigured: 'PushMisconfigured',
} as const;

/** What became of the pushes to the devices of one mailbox. */
export interface Sent {
  readonly delivered: number;
  readonly failed: number;
}

/** One push per enabled device of one mailbox. Gone devices are marked; everything else is counted. */
export async function pushToDevices(
  ports: Pick<UpkeepPorts, 'push' | 'metrics' | 'store' | 'clock'>,
  devices: readonly DeviceTarget[],
  pushFor: (device: DeviceTarget) => Push,
): Promise<Sent> {
  const waiting = devices.filter((device) => device.endpointEnabled);
  const kinds = await Promise.all(
    waiting.map(async (device) => {
      const { registrationId, endpointArn, platform, preferences } = device;
      const target = { registrationId, endpointArn, platform, previewKey: preferences.previewKey };
      const { kind } = await ports.push.send(target, pushFor(device));
      ports.metrics.count(METRIC[kind]);
      if (kind === 'device-gone') await ports.store.disableEndpoint(endpointArn, ports.clock.now());
      return kind;
    }),
  );
  return {
    delivered: kinds.filter((kind) => kind === 'delivered').length,
    failed: kinds.filter((kind) => kind === 'later' || kind === 'misconfigured').length,
  };
}

/** True where no device of the mailbox was reached although there is one: the same push is worth another try. */
export function reachedNobody({ delivered, failed }: Sent): boolean {
  return delivered === 0 && failed > 0;
}
