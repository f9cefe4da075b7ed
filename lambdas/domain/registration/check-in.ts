import { type Outcome, refuse } from '../errors.ts';
import { asId, isUuid, type RegistrationId } from '../model/ids.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { RegistrationStore, RegistrationView } from '../ports/store.ts';
import { renewAfter } from './renewal-times.ts';

export type RegistrationStatus = 'active' | 'lost' | 'credentials-rejected' | 'device-gone';

export interface CheckedIn {
  readonly registrationId: RegistrationId;
  readonly status: RegistrationStatus;
  readonly lastSeenAt: EpochMs | undefined;
  readonly renewAfter: EpochMs;
}

/** What a phone asks at every start: is anybody watching my mailbox, and when do I register again? */
export async function checkIn(registrations: RegistrationStore, id: string): Promise<Outcome<CheckedIn>> {
  const view = isUuid(id) ? await registrations.checkIn(asId<RegistrationId>(id)) : undefined;
  if (view === undefined)
    return refuse(
      'REGISTRATION_UNKNOWN',
      'The registration expired or was removed. Register the device again.',
    );
  return {
    ok: true,
    value: {
      registrationId: view.registrationId,
      status: statusOf(view),
      lastSeenAt: view.lastSeenAt,
      renewAfter: renewAfter(view.renewedAt, view.credentialsExpireAt),
    },
  };
}

function statusOf(view: RegistrationView): RegistrationStatus {
  if (!view.endpointEnabled) return 'device-gone';
  switch (view.subscriptionState) {
    case 'active':
    case 'pending':
      return 'active';
    case 'rejected':
      return 'credentials-rejected';
    case 'lost':
    case 'superseded':
    case undefined:
      return 'lost';
  }
}

/** Forgets the device. Idempotent: an unknown id is already forgotten. */
export async function unregister(registrations: RegistrationStore, id: string, now: EpochMs): Promise<void> {
  if (isUuid(id)) await registrations.unregister(asId<RegistrationId>(id), now);
}
