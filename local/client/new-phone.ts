import { randomBytes, randomUUID } from 'node:crypto';
import type { Phone } from './client.ts';

export const DEFAULT_PREFERENCES = { content: 'subject-and-sender', badge: true, sound: true } as const;

/** A phone with a made-up push token and device id, signing in with Basic. */
export function newPhone(of: Pick<Phone, 'email' | 'ewsUrl'> & { readonly password: string }): Phone {
  return {
    platform: 'apns',
    token: randomBytes(32).toString('hex'),
    deviceId: randomUUID(),
    email: of.email,
    auth: { type: 'basic', username: of.email, password: of.password },
    ewsUrl: of.ewsUrl,
    preferences: DEFAULT_PREFERENCES,
  };
}
