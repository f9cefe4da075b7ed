import { asId, type KeyPairId } from '#domain/model/ids.ts';
import type { KeyPair } from '#domain/model/subscription.ts';
import type { KeyPairStore } from '#domain/ports/store.ts';
import type { Database } from './database.ts';
import { asRow, bytes, number, optional, type Row, text } from './row.ts';

/** JSON object of the key pair in alias `k`, for every statement that returns one. */
export const KEY_PAIR_JSON = `json_build_object(
  'id', k.id,
  'publicKey', encode(k.public_key, 'base64'),
  'wrappedPrivateKey', encode(k.wrapped_private_key, 'base64'),
  'createdAt', k.created_at,
  'retiredAt', k.retired_at)`;

const NEWEST = `
  SELECT ${KEY_PAIR_JSON}::text FROM key_pairs k
   WHERE k.retired_at IS NULL ORDER BY k.created_at DESC, k.id LIMIT 1`;

const FIND = `SELECT ${KEY_PAIR_JSON}::text FROM key_pairs k WHERE k.id = :id::uuid`;

export function createKeyPairStore(database: Database): KeyPairStore {
  return {
    async newest() {
      const [row] = await database.run(NEWEST);
      return row === undefined ? undefined : readKeyPair(asRow(row));
    },
    async find(id) {
      const [row] = await database.run(FIND, { id });
      return row === undefined ? undefined : readKeyPair(asRow(row));
    },
  };
}

export function readKeyPair(row: Row): KeyPair {
  return {
    id: asId<KeyPairId>(text(row, 'id')),
    publicKey: bytes(row, 'publicKey'),
    wrappedPrivateKey: bytes(row, 'wrappedPrivateKey'),
    createdAt: number(row, 'createdAt'),
    retiredAt: optional(row, 'retiredAt', number),
  };
}
