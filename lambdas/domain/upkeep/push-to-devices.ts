import type { DeviceTarget } from '../model/subscription.ts';
import type { Push } from '../ports/push.ts';
import type { UpkeepPorts } from './ports.ts';

/** At once in the air; a staggered wave, so that waking everybody is no flood on the register function. */
const PARALLEL = 20;

const METRIC = {
  delivered: 'PushDelivered',
  'device-gone': 'PushDeviceGone',
  later: 'PushLater',
  misconfigured: 'PushMisconfigured',
} as const;

/** One push per enabled device. Gone devices are marked; everything else is counted. */
export async function pushToDevices(
  ports: Pick<UpkeepPorts, 'push' | 'metrics' | 'store' | 'clock'>,
  devices: readonly DeviceTarget[],
  pushFor: (device: DeviceTarget) => Push,
): Promise<{ readonly delivered: number; readonly failed: number }> {
  const waiting = devices.filter((device) => device.endpointEnabled);
  let delivered = 0;
  let failed = 0;
  for (let start = 0; start < waiting.length; start += PARALLEL) {
    const wave = waiting.slice(start, start + PARALLEL);
    const outcomes = await Promise.all(
      wave.map(async (device) => {
        const { registrationId, endpointArn, platform, preferences } = device;
        const target = { registrationId, endpointArn, platform, previewKey: preferences.previewKey };
        return { device, outcome: await ports.push.send(target, pushFor(device)) };
      }),
    );
    for (const { device, outcome } of outcomes) {
      ports.metrics.count(METRIC[outcome.kind]);
      if (outcome.kind === 'delivered') delivered += 1;
      else if (outcome.kind === 'device-gone')
        await ports.store.disableEndpoint(device.endpointArn, ports.clock.now());
      else failed += 1;
    }
  }
  return { delivered, failed };
}
