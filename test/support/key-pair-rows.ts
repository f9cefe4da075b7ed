import type { KeyPairId } from '#domain/model/ids.ts';
import type { OpenStore } from './data-api.ts';
import { KEY_PAIR, NOW } from './registration-requests.ts';

/** A key pair by id and age alone; nothing can be sealed with it. */
export async function insertKeyPair(
  store: OpenStore,
  id: KeyPairId = KEY_PAIR,
  createdAt = NOW,
): Promise<void> {
  await store.rows(
    `INSERT INTO key_pairs (id, public_key, wrapped_private_key, created_at) VALUES ($1, '\\x01', '\\x02', $2)`,
    [id, createdAt],
  );
}
