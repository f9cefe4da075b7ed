import type { LoginFailureStore } from '#domain/ports/store.ts';
import { MINUTE, sha256 } from './registration-requests.ts';

type Reservation = Parameters<LoginFailureStore['reserve']>[0];

/** An attempt at the account of `person` from `phone`, whose address and account are named after the person. */
export function attempt(person: string, now: number, changes: Partial<Reservation> = {}): Reservation {
  return {
    now,
    since: now - 15 * MINUTE,
    wanted: 2,
    most: 3,
    keys: {
      own: sha256(`own key of ${person}`),
      account: sha256(`account of ${person}`),
      address: sha256(`address key of ${person}`),
    },
    device: {
      addressHmac: sha256(`address of ${person}`),
      idHmac: sha256('phone'),
      platform: 'apns',
      tokenSha256: sha256('token of phone'),
    },
    ...changes,
  };
}
