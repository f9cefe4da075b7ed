import type { LoginFailureStore } from '#domain/ports/store.ts';
import type { Database } from './database.ts';
import { asRow, number } from './row.ts';

const RECENT = `
  SELECT json_build_object('count', count(*))::text FROM login_failures
   WHERE user_hmac = :user::bytea AND failed_at >= :since::bigint`;

const RECORD = `
  INSERT INTO login_failures (user_hmac, failed_at) VALUES (:user::bytea, :at::bigint)`;

export function createLoginFailureStore(database: Database): LoginFailureStore {
  return {
    async recent(userHmac, since) {
      const [row] = await database.run(RECENT, { user: userHmac, since });
      return number(asRow(row), 'count');
    },
    async record(userHmac, at) {
      await database.run(RECORD, { user: userHmac, at });
    },
  };
}
