import { isOutdated } from '../model/subscription.ts';
import { announceMails } from './announce/announce-mails.ts';
import { announceIfUnreadRose } from './announce/announce-missed.ts';
import { askUnread } from './announce/ask-unread.ts';
import { reportUnread, showUnread } from './announce/report-unread.ts';
import { repeatOrOwe } from './announce/rescue.ts';
import type { CallbackAnswer } from './handling/answer.ts';
import type { Handling } from './handling/handling.ts';
import { isGap } from './handling/is-gap.ts';
import { despiteOutage } from './handling/outage.ts';
import type { CallbackPorts, CallbackSettings } from './handling/ports.ts';
import { recordChanges } from './handling/record-changes.ts';
import { hasNewItems } from './handling/summarize.ts';
import { renewalReason, renewSubscription } from './heal/renew-subscription.ts';
import { obeyPushedError } from './obey-pushed-error.ts';

/** What the parts of a renewal together may well take. */
const RENEWAL_MS = 3_000;

/** Events first, then what Exchange says of the subscription itself, then what can be healed, then one write. */
export async function answerEvents(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
): Promise<CallbackAnswer> {
  const { view, summary, changes, now } = handling;
  ports.metrics.count(summary.heartbeat ? 'Heartbeat' : 'CallbackHandled');
  // With more events to come it ends after them: Exchange keeps nothing of an ended subscription.
  if (view.state === 'superseded' && !summary.moreEvents) handling.answer = 'unsubscribe';
  const announced = hasNewItems(summary) ? await announceMails(ports, settings, handling) : 'nothing';
  if (announced === 'nothing') await reportUnread(ports, settings, handling);
  if (isGap(view, summary)) {
    ports.metrics.count('SubscriptionGap');
    await announceIfUnreadRose(ports, settings, handling);
  }
  if (summary.pushedError !== undefined)
    await obeyPushedError(ports, settings, handling, summary.pushedError);
  await proveCredentials(ports, settings, handling);
  await renewIfDue(ports, settings, handling);
  const { delivered, failed, gone } = handling.deliveries;
  const nothingArrived = failed > 0 && delivered === 0;
  // A superseded subscription need not end before its events have arrived.
  if (nothingArrived && view.state === 'superseded') handling.answer = 'ok';
  // Exchange is about to forget it, with what it would have repeated: our half of the seal goes now.
  if (handling.answer === 'unsubscribe') changes.ended = true;
  if (gone.length > 0) changes.disabledEndpoints = gone;
  // Of several phones one that was not reached, or all where Exchange repeats nothing.
  if (failed > 0 && (delivered > 0 || handling.answer === 'unsubscribe')) changes.owed = true;
  if (handling.access.holdsClaim() && !isIdleHeartbeat(handling)) changes.released = handling.claim;
  await recordChanges(ports, handling);
  if (nothingArrived && handling.answer === 'ok') return repeatOrOwe(ports, view, summary, now);
  return handling.answer;
}

/** Its claim ends by itself, and writes nothing more. */
function isIdleHeartbeat({ view, summary, access }: Handling): boolean {
  return summary.heartbeat && view.suspectSince === undefined && !access.isOpen();
}

/**
 * The second try of refused credentials does not wait for a mail: any request of Exchange brings them, a heartbeat
 * as well. So a refusal is confirmed, or forgotten, within an interval.
 */
async function proveCredentials(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
): Promise<void> {
  const { view, access } = handling;
  if (view.suspectSince === undefined || view.claim !== 'held' || access.isOpen() || isOutdated(view)) return;
  await showUnread(ports, handling, await askUnread(ports, settings, handling));
}

async function renewIfDue(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
): Promise<void> {
  if (handling.answer === 'unsubscribe' || handling.renewed) return;
  const reason = renewalReason(handling, settings);
  if (reason === undefined) return;
  // Its Subscribe would be cut off half-way, and the next request is soon enough: but not for a refresh token that
  // nobody has beside this request. The one that is sealed may be worthless by now.
  const neededMs = reason === 'refresh-token-rotated' ? 0 : RENEWAL_MS;
  if (ports.clock.now() + neededMs > handling.deadlineMs) return;
  ports.log.info('renewing', { reason, subscriptionId: handling.view.id });
  // The mail has been announced: asking Exchange to come again for this would announce it twice.
  await despiteOutage(ports, 'renewal-postponed', () =>
    renewSubscription(ports, settings, handling, { rediscover: false }),
  );
}
