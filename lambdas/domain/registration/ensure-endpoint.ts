import { createHash } from 'node:crypto';
import { DependencyUnavailable, type Outcome, refuse } from '../errors.ts';
import type { Platform } from '../model/preferences.ts';
import type { PushEndpoints } from '../ports/push.ts';
import type { RegistrationStore } from '../ports/store.ts';

/**
 * The SNS endpoint for a device's token. The database knows a token only by its SHA-256.
 * Throws DependencyUnavailable('sns') for an outage or a set-up fault of ours.
 */
export async function ensureEndpoint(
  ports: { readonly endpoints: PushEndpoints; readonly registrations: RegistrationStore },
  device: { readonly platform: Platform; readonly token: string },
): Promise<Outcome<{ readonly endpointArn: string; readonly tokenSha256: Uint8Array }>> {
  const tokenSha256 = createHash('sha256').update(device.token).digest();
  const knownArn = await ports.registrations.endpointArn(device.platform, tokenSha256);
  const outcome = await ports.endpoints.ensure({ platform: device.platform, token: device.token, knownArn });
  switch (outcome.kind) {
    case 'ready':
      return { ok: true, value: { endpointArn: outcome.endpointArn, tokenSha256 } };
    case 'platform-not-configured':
      return refuse(
        'PLATFORM_NOT_CONFIGURED',
        `No push application for ${device.platform} is deployed. Add its secret to the settings and deploy again.`,
      );
    case 'token-invalid':
      return refuse(
        'DEVICE_TOKEN_INVALID',
        `The push service did not accept the token for ${device.platform} (${outcome.detail}). Send the token that the operating system gave the app, and name the platform it belongs to: development builds use apns-sandbox.`,
      );
    case 'later':
      throw new DependencyUnavailable('sns', outcome.code);
    case 'misconfigured':
      throw new DependencyUnavailable('sns', outcome.code, false);
  }
}
