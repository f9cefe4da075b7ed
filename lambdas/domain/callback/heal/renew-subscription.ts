import type { SealedContent } from '../../model/credentials.ts';
import type { SubscriptionId } from '../../model/ids.ts';
import { isOutdated, type WantedEvents } from '../../model/subscription.ts';
import type { ExchangeMailbox } from '../../ports/exchange.ts';
import { rememberUrl } from '../../registration/known-url.ts';
import { probeSchemes } from '../../registration/probe-schemes.ts';
import { prepareSubscription } from '../../sealing/prepare-subscription.ts';
import type { Handling } from '../handling/handling.ts';
import { despiteOutage } from '../handling/outage.ts';
import type { CallbackPorts, CallbackSettings } from '../handling/ports.ts';
import { type FoundMailbox, findMailbox, isSameInbox, leaveUnfound, obeyRefusal } from './find-mailbox.ts';

/**
 * Subscribes again, now, while the credentials are in our hands: fresh seal under the newest key pair, new
 * row, new subscription, then the old one is superseded. It ends with its next request, not with this one:
 * Exchange would drop what waits behind it, and the new one, which has no watermark, reports none of that.
 * With `rediscover` the rest of this request is asked of the server where the mailbox was found.
 *
 * False where it did not come about, or has come about already; then nothing has changed, the row that was
 * prepared is taken back and the old subscription counts on.
 */
export async function renewSubscription(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
  options: { readonly rediscover: boolean },
): Promise<boolean> {
  const opened = await handling.access.open();
  if (!opened.ok || handling.renewed || isOutdated(handling.view)) return false;
  const current = handling.access.rotated() ?? opened.content;
  const found = options.rediscover ? await findMailbox(ports, handling, current) : undefined;
  if (options.rediscover && found === undefined) return false;
  const renewed = await moveOver(ports, settings, handling, found?.content ?? current, found);
  if (!renewed && options.rediscover) leaveUnfound(ports, handling);
  return renewed;
}

async function moveOver(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
  content: SealedContent,
  found: FoundMailbox | undefined,
): Promise<boolean> {
  const { ewsUrl, email, auth } = content;
  const mailbox = ports.exchange.open({
    ewsUrl,
    credentials: { email, auth },
    deadlineMs: handling.deadlineMs,
    servesMailbox: found === undefined ? handling.view.mailbox.id : undefined,
  });
  let moved = false;
  try {
    if (found !== undefined) {
      // A server that was just found is shown nothing before it has asked for it.
      const offered = await probeSchemes(ports, { email, auth }, ewsUrl, handling.deadlineMs);
      if (!offered.ok || !(await isSameInbox(ports, settings, handling, mailbox))) return false;
      await rememberUrl(ports.ewsUrls, email, { ewsUrl, toldBy: found.toldBy }, handling.now);
    }
    const before = mailbox.rotatedCredentials();
    const renewed = await resubscribe(ports, settings, handling, { ...content, ...before }, mailbox);
    if (renewed === undefined) return false;
    const after = mailbox.rotatedCredentials();
    // Subscribing may itself have spent the refresh token that was sealed: nobody but this request has the new one.
    if (after !== undefined && after !== before)
      await despiteOutage(ports, 'renewal-postponed', () =>
        resubscribe(ports, settings, handling, { ...content, ...after }, mailbox, renewed),
      );
    if (found !== undefined) {
      handling.access.moveTo(mailbox, content);
      moved = true;
    }
  } finally {
    // Whatever was thrown, no signed-in connection outlives its request.
    if (!moved) mailbox.close();
  }
  handling.renewed = true;
  ports.metrics.count('SubscriptionRenewed');
  return true;
}

/** The new subscription, undefined where there is none. */
async function resubscribe(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
  content: SealedContent,
  mailbox: ExchangeMailbox,
  replaces = handling.view.id,
): Promise<SubscriptionId | undefined> {
  const { view, now } = handling;
  const prepared = await prepareSubscription(ports, settings, content);
  if (!prepared.ok) return undefined;
  const { wantedEvents } = await ports.store.prepareRenewal({
    now,
    mailboxId: view.mailbox.id,
    replaces,
    subscription: prepared.row,
  });
  const subscriptionId = prepared.row.id;
  const subscribed = await mailbox.subscribe({
    callbackUrl: prepared.callbackUrl,
    statusFrequencyMinutes: settings.statusFrequencyMinutes,
    events: wantedEvents,
  });
  if (!subscribed.ok) {
    ports.log.warn('renewal-failed', { kind: subscribed.failure.kind, subscriptionId: view.id });
    // Upkeep takes back what this cannot; the refusal has to be remembered all the same.
    await despiteOutage(ports, 'renewal-not-taken-back', () =>
      ports.registrations.abandon({ subscriptionId }),
    );
    await obeyRefusal(ports, settings, handling, subscribed.failure);
    return undefined;
  }
  const { watermark } = subscribed.value;
  await ports.registrations.activate({
    now,
    subscriptionId,
    mailboxId: view.mailbox.id,
    replaces,
    watermark,
    wantedEvents,
    ewsHost: ports.rules.exchangeAddress(content.ewsUrl),
  });
  return subscriptionId;
}

/** Share of a key pair's life after which subscriptions move to a newer one. */
const MOVE_AFTER_SHARE = 0.75;

/** Why this subscription should be made anew although it works, or undefined where it should not. */
export function renewalReason(
  handling: Handling,
  settings: Pick<CallbackSettings, 'keyLifeMs'>,
): 'key-pair-ages' | 'refresh-token-rotated' | 'events-changed' | undefined {
  const { view, now } = handling;
  if (isOutdated(view) || view.devices.length === 0) return undefined;
  if (handling.access.rotated() !== undefined) return 'refresh-token-rotated';
  const wanted: WantedEvents = view.devices.some((device) => device.preferences.badge)
    ? 'mail-and-badge'
    : 'mail';
  if (wanted !== view.wantedEvents) return 'events-changed';
  const { createdAt } = view.keyPair;
  const ages = now - createdAt > settings.keyLifeMs * MOVE_AFTER_SHARE;
  return ages && view.newestKeyPairCreatedAt > createdAt ? 'key-pair-ages' : undefined;
}
