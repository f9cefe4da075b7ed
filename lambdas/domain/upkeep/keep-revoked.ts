import type { UpkeepPorts, UpkeepSettings } from './ports.ts';
import type { Turn } from './turn.ts';

const DAY_MS = 86_400_000;
/** Parameter Store takes three writes a second; what is left over waits for the next run. */
const NOTED_PER_RUN = 500;
const AGAIN_PER_STATEMENT = 500;

/**
 * Keeps revoked what a restore from backup would bring back. What was revoked since the last run goes to a list outside
 * the database. Where the marker of that list is not the one that the database remembers, the database is an older
 * one, and everything on the list is revoked in it again.
 */
export async function keepRevoked(ports: UpkeepPorts, settings: UpkeepSettings, turn: Turn): Promise<void> {
  const { store, revocations: list } = ports;
  const outside = await list.marker();
  const { marker, revocations, upTo } = await store.unlisted(NOTED_PER_RUN);
  if (outside !== undefined && outside !== marker) await revokeAgain(ports, turn);
  const now = ports.clock.now();
  if (revocations.length === 0) {
    if (outside !== undefined && outside !== marker) await store.listed(outside, upTo, now);
    return;
  }
  const next = ports.ids.uuid();
  await list.add(revocations, next, { now, before: now - (settings.backupDays + 1) * DAY_MS });
  await store.listed(next, upTo, now);
}

async function revokeAgain(ports: UpkeepPorts, turn: Turn): Promise<void> {
  const all = await ports.revocations.all();
  let revoked = 0;
  for (let from = 0; from < all.length; from += AGAIN_PER_STATEMENT) {
    // The marker stays as it is, so that the next run begins again.
    if (turn.isOver()) throw new Error('no time left to revoke everything again');
    const some = all.slice(from, from + AGAIN_PER_STATEMENT);
    revoked += await ports.store.revokeAgain(some, ports.clock.now());
  }
  ports.log.warn('revoked-again', { listed: all.length, revoked });
}
