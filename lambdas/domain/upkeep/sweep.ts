import type { UpkeepPorts, UpkeepSettings } from './ports.ts';
import type { Turn } from './turn.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What nobody needs any more: expired registrations, leftovers of interrupted ones, old cache entries. */
export async function sweep(ports: UpkeepPorts, settings: UpkeepSettings, turn: Turn): Promise<void> {
  const now = ports.clock.now();
  for (;;) {
    const expired = await ports.store.deleteExpired(now, settings.batchSize);
    if (expired > 0) ports.metrics.count('DeviceForgotten', expired);
    const leftovers = await ports.store.deleteLeftovers({
      pendingBefore: now - 10 * MINUTE_MS,
      supersededBefore: now - 60 * MINUTE_MS,
      cachedBefore: now - DAY_MS,
      toldBefore: now - 30 * DAY_MS,
      failuresBefore: now - 15 * MINUTE_MS,
      endedBefore: now - 15 * MINUTE_MS,
      limit: settings.batchSize,
    });
    const more = expired >= settings.batchSize || leftovers >= settings.batchSize;
    if (!more || turn.isOver()) return;
  }
}
