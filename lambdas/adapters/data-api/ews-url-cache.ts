import type { EwsUrlCache, KnownExchange } from '#domain/ports/store.ts';
import type { Database } from './database.ts';
import { asRow, optional, type Row, text } from './row.ts';

const FIND = `
  SELECT json_build_object(
    'ewsUrl', (SELECT ews_url FROM ews_url_cache
                WHERE domain = lower(:domain::text) AND found_at >= :not_before::bigint),
    'toldBy', (SELECT place FROM autodiscover_places WHERE domain = lower(:domain::text)))::text`;

const SAVE = `
  WITH told AS (
    INSERT INTO autodiscover_places AS known (domain, place, told_at)
    SELECT lower(:domain::text), :place::text, :at::bigint WHERE :place::text <> ''
    ON CONFLICT (domain) DO UPDATE SET place = excluded.place, told_at = excluded.told_at
     WHERE known.told_at <= excluded.told_at
    RETURNING 1
  )
  INSERT INTO ews_url_cache AS known (domain, ews_url, found_at)
  VALUES (lower(:domain::text), :ews_url::text, :at::bigint)
  ON CONFLICT (domain) DO UPDATE SET ews_url = excluded.ews_url, found_at = excluded.found_at
   WHERE known.found_at <= excluded.found_at`;

const FORGET = `
  WITH gone AS (DELETE FROM ews_url_cache WHERE domain = lower(:domain::text))
  SELECT json_build_object(
    'toldBy', (SELECT place FROM autodiscover_places WHERE domain = lower(:domain::text)))::text`;

export function createEwsUrlCache(database: Database): EwsUrlCache {
  return {
    async find(domain, notBefore) {
      const [row] = await database.run(FIND, { domain, not_before: notBefore });
      return known(asRow(row));
    },
    async save(domain, { ewsUrl, toldBy }, at) {
      await database.run(SAVE, { domain, ews_url: ewsUrl, place: toldBy ?? '', at });
    },
    async forget(domain) {
      const [row] = await database.run(FORGET, { domain });
      return known(asRow(row));
    },
  };
}

function known(row: Row): KnownExchange {
  return { ewsUrl: optional(row, 'ewsUrl', text), toldBy: optional(row, 'toldBy', text) };
}
