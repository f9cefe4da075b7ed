import { asId, type EndpointId, type RegistrationId } from '#domain/model/ids.ts';
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
     AND NOT EXISTS (SELECT 1 FROM departures WHERE endpoint_id = endpoints.id)
     AND platform IN (SELECT value FROM json_array_elements_text(:platforms::json))
   ORDER BY disabled_at, id LIMIT :limit::integer`;

/** An endpoint that its last device left is disabled since 0; SNS has not heard of that. */
const DEPARTURES = `
  SELECT json_build_object('registrationId', gone.registration_id, 'endpointId', e.id, 'endpointArn', e.endpoint_arn,
                           'platform', e.platform)::text
    FROM departures gone JOIN endpoints e ON e.id = gone.endpoint_id
   WHERE e.enabled OR e.disabled_at = 0
   ORDER BY gone.left_at, gone.registration_id LIMIT :limit::integer`;

const TOLD = `
  DELETE FROM departures
   WHERE registration_id IN (SELECT value::uuid FROM json_array_elements_text(:ids::json))`;

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
  | 'disableEndpoint'
  | 'applicationFalls'
  | 'endpointsDisabledBefore'
  | 'forgetEndpoints'
  | 'departures'
  | 'departuresTold'
>;

export function createEndpointUpkeep(database: Database): EndpointUpkeep {
  return {
    async disableEndpoint(arn, now) {
      await database.run(DISABLE, { arn, now });
    },
    async departures(limit) {
      const rows = await database.run(DEPARTURES, { limit });
      return rows.map(asRow).map((row) => ({
        registrationId: asId<RegistrationId>(text(row, 'registrationId')),
        endpointId: asId<EndpointId>(text(row, 'endpointId')),
        endpointArn: text(row, 'endpointArn'),
        endpointEnabled: true,
        platform: oneOf(row, 'platform', PLATFORMS),
        preferences: { content: 'none', badge: false, sound: true },
        unreadElsewhere: 0,
      }));
    },
    async departuresTold(registrationIds) {
      await database.run(TOLD, { ids: JSON.stringify(registrationIds) });
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
