import { noted } from './revocations.ts';

/**
 * The trigger `device_gone` takes the mailbox and its subscriptions with the last device. The mailbox is
 * locked before the device, as a registration does, so that the two do not deadlock. `ended`: a captured
 * registration must not bring the device back with the challenge that it had.
 */
export const UNREGISTER = `
  WITH box AS (
    SELECT m.id, m.address_hmac, d.device_hmac
      FROM mailboxes m JOIN devices d ON d.mailbox_id = m.id WHERE d.id = :id::uuid FOR UPDATE OF m
  ), ended AS (
    INSERT INTO ended_registrations AS e (device_hmac, address_hmac, ended_at)
    SELECT box.device_hmac, box.address_hmac, :now::bigint FROM box WHERE box.device_hmac IS NOT NULL
    ON CONFLICT (device_hmac, address_hmac) DO UPDATE SET ended_at = greatest(e.ended_at, excluded.ended_at)
  ), gone AS (
    DELETE FROM devices WHERE id = :id::uuid AND (SELECT count(*) FROM box) >= 0 RETURNING id
  ), ${noted('device', 'gone')}
  SELECT json_build_object('found', EXISTS (SELECT 1 FROM gone))::text`;
