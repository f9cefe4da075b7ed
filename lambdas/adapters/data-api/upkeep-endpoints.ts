import { asId, type EndpointId } from '#domain/model/ids.ts';
import { PLATFORMS } from '#domain/model/preferences.ts';
import type { UpkeepStore } from '#domain/ports/upkeep-store.ts';
import type { Database } from './database.ts';
import { asRow, number, oneOf, text } from './row.ts';

const DISABLE = `
  UPDATE endpoints SET enabled = false, disabled_at = :now::bigint
   WHERE endpoint_arn = :arn::text AND enabled`;

/** Endpoints whose last device went are disabled since 0 and say nothing about our set-up. */
const FALLS = `
  SELECT json_build_object('platform', platform, 'endpoints', count(*),
                           'fellTogether', coalesce(max(fallen), 0))::text
    FROM (SELECT platform,
                 CASE WHEN disabled_at > 0 THEN count(*) FILTER (WHERE disabled_at > 0) OVER (
                   PARTITION BY platform ORDER BY disabled_at
                   RANGE BETWEEN 3600000 PRECEDING AND CURRENT ROW) END AS fallen
            FROM endpoints WHERE NOT enabled
          UNION ALL
          SELECT platform, NULL FROM endpoints WHERE enabled) every
   GROUP BY platform ORDER BY platform`;

const DISABLED_BEFORE = `
  SELECT json_build_object('id', id, 'endpointArn', endpoint_arn, 'platform', platform)::text
    FROM endpoints
   WHERE NOT enabled AND disabled_at < :before::bigint
     AND platform IN (SELECT value FROM json_array_elements_text(:platforms::json))
   ORDER BY disabled_at, id LIMIT :limit::integer`;

/** The devices go by cascade, and with the last device its mailbox (trigger `device_gone`). */
const FORGET = `
  WITH gone AS (
    DELETE FROM endpoints
     WHERE NOT enabled AND id IN (SELECT value::uuid FROM json_array_elements_text(:ids::json))
    RETURNING id
  )
  SELECT json_build_object('count', count(*))::text FROM devices d JOIN gone ON gone.id = d.endpoint_id`;

type EndpointUpkeep = Pick<
  UpkeepStore,
  'disableEndpoint' | 'applicationFalls' | 'endpointsDisabledBefore' | 'forgetEndpoints'
>;

export function createEndpointUpkeep(database: Database): EndpointUpkeep {
  return {
    async disableEndpoint(arn, now) {
      await database.run(DISABLE, { arn, now });
    },
    async applicationFalls() {
      const rows = await database.run(FALLS);
      return rows.map(asRow).map((row) => ({
        platform: oneOf(row, 'platform', PLATFORMS),
        endpoints: number(row, 'endpoints'),
        fellTogether: number(row, 'fellTogether'),
      }));
    },
    async endpointsDisabledBefore({ before, platforms, limit }) {
      const rows = await database.run(DISABLED_BEFORE, {
        before,
        platforms: JSON.stringify(platforms),
        limit,
      });
      return rows.map(asRow).map((row) => ({
        id: asId<EndpointId>(text(row, 'id')),
        endpointArn: text(row, 'endpointArn'),
        platform: oneOf(row, 'platform', PLATFORMS),
      }));
    },
    async forgetEndpoints(ids) {
      const [row] = await database.run(FORGET, { ids: JSON.stringify(ids) });
      return number(asRow(row), 'count');
    },
  };
}
