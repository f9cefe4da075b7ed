import { asId, type KeyPairId } from '../model/ids.ts';
import type { UpkeepPorts, UpkeepSettings } from './ports.ts';

/**
 * Makes a key pair where the newest is older than the rotation, or where there is none yet, and deletes pairs
 * past their life that no subscription uses any more.
 */
export async function rotateKeys(
  ports: UpkeepPorts,
  settings: Pick<UpkeepSettings, 'keyRotationMs' | 'keyLifeMs'>,
): Promise<void> {
  const now = ports.clock.now();
  const newest = await ports.store.newestKeyPairCreatedAt();
  if (newest === undefined || now - newest >= settings.keyRotationMs) {
    const id = asId<KeyPairId>(ports.ids.uuid());
    const made = await ports.keyPairMaker.make(id);
    const unlessNewerThan = now - settings.keyRotationMs;
    const added = await ports.store.addKeyPair({ id, ...made, createdAt: now, unlessNewerThan });
    ports.log.info('key-pair-made', { keyPairId: id, added });
  }
  const pastLife = now - settings.keyLifeMs;
  const deleted = await ports.store.deleteUnusedKeyPairs(pastLife);
  if (deleted > 0) ports.log.info('key-pairs-deleted', { deleted });
  const hanging = await ports.store.subscriptionsOnOldKeyPairs(pastLife);
  // Callbacks should have moved them long ago: an alarm, because their pair cannot go.
  if (hanging > 0) ports.metrics.count('KeyPairNearEnd', hanging);
}
