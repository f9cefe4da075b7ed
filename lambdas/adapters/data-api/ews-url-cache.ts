import type { EwsUrlCache } from '#domain/ports/store.ts';
import type { Database } from './database.ts';
import { asRow, text } from './row.ts';

const FIND = `
  SELECT json_build_object('ewsUrl', ews_url)::text FROM ews_url_cache
   WHERE domain = lower(:domain::text) AND found_at >= :not_before::bigint`;

const SAVE = `
  INSERT INTO ews_url_cache AS known (domain, ews_url, found_at)
  VALUES (lower(:domain::text), :ews_url::text, :at::bigint)
  ON CONFLICT (domain) DO UPDATE SET ews_url = excluded.ews_url, found_at = excluded.found_at
   WHERE known.found_at <= excluded.found_at`;

const FORGET = 'DELETE FROM ews_url_cache WHERE domain = lower(:domain::text)';

export function createEwsUrlCache(database: Database): EwsUrlCache {
  return {
    async find(domain, notBefore) {
      const [row] = await database.run(FIND, { domain, not_before: notBefore });
      return row === undefined ? undefined : text(asRow(row), 'ewsUrl');
    },
    async save(domain, ewsUrl, at) {
      await database.run(SAVE, { domain, ews_url: ewsUrl, at });
    },
    async forget(domain) {
      await database.run(FORGET, { domain });
    },
  };
}
