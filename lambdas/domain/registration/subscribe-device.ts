import type { Outcome } from '../errors.ts';
import type { SubscriptionId } from '../model/ids.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { ExchangeMailbox } from '../ports/exchange.ts';
import type { RegistrationBegun, RegistrationStore } from '../ports/store.ts';
import type { Clock } from '../ports/system.ts';
import { refuseForExchange } from './refuse-exchange.ts';

export interface SubscribePorts {
  readonly registrations: Pick<RegistrationStore, 'activate' | 'abandon' | 'joinActive'>;
  readonly clock: Clock;
}

export interface SubscribeSettings {
  readonly statusFrequencyMinutes: number;
}

/** Twice the interval in which Exchange reports: whatever lives was heard since then. */
export function provenSince(now: EpochMs, { statusFrequencyMinutes }: SubscribeSettings): EpochMs {
  return now - 2 * statusFrequencyMinutes * 60_000;
}

/**
 * The last step of a registration: Exchange is asked to report to this callback URL. Where it allows no further
 * subscription the device joins the active one: its credentials are good, as the Inbox was read with them.
 */
export async function subscribeDevice(
  ports: SubscribePorts,
  settings: SubscribeSettings,
  mailbox: ExchangeMailbox,
  begun: RegistrationBegun,
  { subscriptionId, callbackUrl }: { readonly subscriptionId: SubscriptionId; readonly callbackUrl: string },
): Promise<Outcome<void>> {
  const { wantedEvents, mailboxId, registrationId, created } = begun;
  const subscribed = await mailbox.subscribe({
    callbackUrl,
    statusFrequencyMinutes: settings.statusFrequencyMinutes,
    events: wantedEvents,
  });
  if (subscribed.ok) {
    const { watermark } = subscribed.value;
    const now = ports.clock.now();
    await ports.registrations.activate({
      now,
      subscriptionId,
      mailboxId,
      registrationId,
      watermark,
      wantedEvents,
    });
    return { ok: true, value: undefined };
  }
  const isFull = subscribed.failure.kind === 'subscription-limit';
  const since = provenSince(ports.clock.now(), settings);
  if (isFull && (await ports.registrations.joinActive({ subscriptionId, provenSince: since })))
    return { ok: true, value: undefined };
  await ports.registrations.abandon({
    subscriptionId,
    registrationId: created ? registrationId : undefined,
  });
  return refuseForExchange(subscribed.failure);
}
