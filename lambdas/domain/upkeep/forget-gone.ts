import { DependencyUnavailable } from '../errors.ts';
import { PLATFORMS } from '../model/preferences.ts';
import type { UpkeepPorts, UpkeepSettings } from './ports.ts';
import { PARALLEL } from './push-to-devices.ts';
import { inTurn, type Turn } from './turn.ts';

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
  turn: Turn,
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
  while (!turn.isOver()) {
    const gone = await ports.store.endpointsDisabledBefore({
      before: now - DAY_MS,
      platforms,
      limit: settings.batchSize,
    });
    if (gone.length === 0) return;
    const deleted = await inTurn(turn, PARALLEL, gone, async ({ id, endpointArn }) => {
      const failure = await deleteEndpoint(ports, endpointArn);
      turn.note(failure === undefined ? 'done' : 'failed');
      return { id, failure };
    });
    const forgotten = deleted.filter(({ failure }) => failure === undefined).map(({ id }) => id);
    const devices = forgotten.length === 0 ? 0 : await ports.store.forgetEndpoints(forgotten);
    if (devices > 0) ports.metrics.count('DeviceForgotten', devices);
    const failure = deleted.find((each) => each.failure !== undefined)?.failure;
    if (failure !== undefined) throw failure;
    if (forgotten.length < settings.batchSize) return;
  }
}

/** The failure of one call; what no dependency explains is thrown. */
async function deleteEndpoint(
  ports: UpkeepPorts,
  endpointArn: string,
): Promise<DependencyUnavailable | undefined> {
  try {
    await ports.deleteEndpoint(endpointArn);
    return undefined;
  } catch (error) {
    if (error instanceof DependencyUnavailable) return error;
    throw error;
  }
}
