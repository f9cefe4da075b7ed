import { PLATFORMS } from '../model/preferences.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { UpkeepPorts, UpkeepSettings } from './ports.ts';

const DAY_MS = 86_400_000;
/** More of an application's endpoints than this, fallen within an hour, is our set-up. */
const FALL_SHARE = 0.05;
/** Of few endpoints, one uninstalled app is already more than 5 %: so many have to fall besides. */
const FALL_MINIMUM = 5;

/**
 * Forgets phones whose endpoint has been disabled for a day, unless so many fell together that our key or
 * bundle id must be wrong: then it alarms and forgets nobody.
 */
export async function forgetGoneDevices(
  ports: UpkeepPorts,
  settings: UpkeepSettings,
  endsAt: EpochMs,
): Promise<void> {
  const now = ports.clock.now();
  const falls = await ports.store.applicationFalls();
  const suspicious = falls.filter(
    ({ endpoints, fellTogether }) => fellTogether >= FALL_MINIMUM && fellTogether > endpoints * FALL_SHARE,
  );
  for (const { platform, endpoints, fellTogether } of suspicious) {
    ports.metrics.count('PushMisconfigured');
    ports.log.error('endpoints-fell-together', { platform, endpoints, fellTogether });
  }
  const platforms = PLATFORMS.filter((platform) => !suspicious.some((fall) => fall.platform === platform));
  if (platforms.length === 0) return;
  while (ports.clock.now() < endsAt) {
    const gone = await ports.store.endpointsDisabledBefore({
      before: now - DAY_MS,
      platforms,
      limit: settings.batchSize,
    });
    if (gone.length === 0) return;
    for (const { endpointArn } of gone) await ports.deleteEndpoint(endpointArn);
    const devices = await ports.store.forgetEndpoints(gone.map(({ id }) => id));
    if (devices > 0) ports.metrics.count('DeviceForgotten', devices);
    if (gone.length < settings.batchSize) return;
  }
}
