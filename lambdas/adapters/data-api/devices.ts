import { asId, type EndpointId, type RegistrationId } from '#domain/model/ids.ts';
import { CONTENT_LEVELS, PLATFORMS, type PreviewKey } from '#domain/model/preferences.ts';
import type { DeviceTarget } from '#domain/model/subscription.ts';
import { asRow, boolean, list, number, oneOf, optional, type Row, text } from './row.ts';

/** JSON array of the devices of the mailbox in alias `m`, for every statement that returns them as `devices`. */
export const DEVICES_JSON = `coalesce((
  SELECT json_agg(json_build_object(
           'registrationId', d.id,
           'endpointId', e.id,
           'endpointArn', e.endpoint_arn,
           'endpointEnabled', e.enabled,
           'platform', e.platform,
           'content', d.content,
           'badge', d.badge,
           'sound', d.sound,
           'previewKey', d.preview_key,
           'unreadElsewhere', (
             SELECT coalesce(sum(mo.unread), 0)
               FROM devices o JOIN mailboxes mo ON mo.id = o.mailbox_id
              WHERE o.endpoint_id = d.endpoint_id AND o.mailbox_id <> d.mailbox_id AND o.badge)))
    FROM (SELECT * FROM devices WHERE mailbox_id = m.id ORDER BY renewed_at DESC, id LIMIT 20) d
    JOIN endpoints e ON e.id = d.endpoint_id), '[]'::json)`;

export function readDevices(row: Row): readonly DeviceTarget[] {
  return list(row, 'devices').map((value) => readDevice(asRow(value)));
}

function readDevice(row: Row): DeviceTarget {
  return {
    registrationId: asId<RegistrationId>(text(row, 'registrationId')),
    endpointId: asId<EndpointId>(text(row, 'endpointId')),
    endpointArn: text(row, 'endpointArn'),
    endpointEnabled: boolean(row, 'endpointEnabled'),
    platform: oneOf(row, 'platform', PLATFORMS),
    preferences: {
      content: oneOf(row, 'content', CONTENT_LEVELS),
      badge: boolean(row, 'badge'),
      sound: boolean(row, 'sound'),
      previewKey: optional(row, 'previewKey', (r, name) => readPreviewKey(asRow(r[name]))),
    },
    unreadElsewhere: number(row, 'unreadElsewhere'),
  };
}

/** The public JWK of a phone's notification extension, as stored. */
function readPreviewKey(row: Row): PreviewKey {
  const kid = optional(row, 'kid', text);
  return oneOf(row, 'kty', ['EC', 'OKP']) === 'EC'
    ? { kty: 'EC', crv: 'P-256', x: text(row, 'x'), y: text(row, 'y'), kid }
    : { kty: 'OKP', crv: 'X25519', x: text(row, 'x'), kid };
}
