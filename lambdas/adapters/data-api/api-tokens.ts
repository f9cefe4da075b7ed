import type { ApiTokenStore } from '#domain/ports/store.ts';
import type { Database } from './database.ts';
import { asRow, bytes } from './row.ts';

const VALID = `
  SELECT json_build_object('sha256', encode(token_sha256, 'base64'))::text
    FROM api_tokens WHERE revoked_at IS NULL ORDER BY created_at`;

export function createApiTokenStore(database: Database): ApiTokenStore {
  return {
    async validHashes() {
      const rows = await database.run(VALID);
      return rows.map((row) => bytes(asRow(row), 'sha256'));
    },
  };
}
