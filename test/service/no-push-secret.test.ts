import { expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { at, codeOf, useWorld } from '../support/world.ts';

const world = useWorld({
  settings: { apnsSecretName: undefined, apnsBundleId: undefined, fcmSecretName: undefined },
});

test.each(['apns', 'apns-sandbox', 'fcm'])(
  'a deployment without push secrets works, and tells a phone of %s that its platform is left out',
  async (platform) => {
    const { newMailbox, client, rows, world: running } = world();
    const mailbox = newMailbox();
    const refused = await client.register({ ...newPhone(mailbox), platform });
    expect(refused.status).toBe(422);
    expect(codeOf(refused)).toBe('PLATFORM_NOT_CONFIGURED');
    expect(String(at(refused.body, 'detail'))).toContain('settings');
    // Refused before anybody's password was used, and nothing is left behind.
    expect(running.calls.all().filter(({ service }) => service === 'ews')).toEqual([]);
    expect(await rows('mailboxes')).toEqual([]);
  },
);
