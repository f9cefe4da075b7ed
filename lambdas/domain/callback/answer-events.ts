import { DependencyUnavailable } from '../errors.ts';
import { announceMails } from './announce-mails.ts';
import type { CallbackAnswer } from './answer.ts';
import { announceIfUnreadRose, isGap } from './find-gap.ts';
import type { Handling } from './handling.ts';
import { obeyPushedError } from './obey-pushed-error.ts';
import type { CallbackPorts, CallbackSettings } from './ports.ts';
import { renewalReason, renewSubscription } from './renew-subscription.ts';
import { reportUnread } from './report-unread.ts';
import { repeatOrOwe } from './rescue.ts';

/** What the parts of a renewal together may well take. */
const RENEWAL_MS = 3_000;

/** Events first, then what Exchange says of the subscription itself, then what can be healed, then one write. */
export async function answerEvents(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
): Promise<CallbackAnswer> {
  const { view, summary, now } = handling;
  ports.metrics.count(summary.heartbeat ? 'Heartbeat' : 'CallbackHandled');
  // With more events to come it ends after them: Exchange keeps nothing of an ended subscription.
  if (view.state === 'superseded' && !summary.moreEvents) handling.answer = 'unsubscribe';
  const announced =
    summary.newItemIds.length === 0 ? 'nothing' : await announceMails(ports, settings, handling);
  if (announced === 'nothing') await reportUnread(ports, settings, handling);
  if (isGap(handling)) {
    ports.metrics.count('SubscriptionGap');
    await announceIfUnreadRose(ports, settings, handling);
  }
  if (summary.pushedError !== undefined)
    await obeyPushedError(ports, settings, handling, summary.pushedError);
  await renewIfDue(ports, settings, handling);
  const { delivered, failed } = handling.deliveries;
  const nothingArrived = failed > 0 && delivered === 0;
  // A superseded subscription need not end before its events have arrived.
  if (nothingArrived && view.state === 'superseded') handling.answer = 'ok';
  if (handling.answer === 'unsubscribe') {
    // Exchange is about to forget it, with what it would have repeated: our half of the seal goes now.
    handling.changes.ended = true;
    if (nothingArrived) handling.changes.owed = true;
  }
  await writeChanges(ports, handling);
  if (nothingArrived && handling.answer === 'ok') return repeatOrOwe(ports, view, summary, now);
  return handling.answer;
}

async function renewIfDue(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
): Promise<void> {
  if (handling.answer === 'unsubscribe' || handling.renewed) return;
  const reason = renewalReason(handling, settings);
  if (reason === undefined) return;
  // Its Subscribe would be cut off half-way; the next request is soon enough.
  if (ports.clock.now() + RENEWAL_MS > handling.deadlineMs) return;
  ports.log.info('renewing', { reason, subscriptionId: handling.view.id });
  try {
    await renewSubscription(ports, settings, handling, { rediscover: false });
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    // The mail has been announced: asking Exchange to come again for this would announce it twice.
    ports.metrics.count('DatabaseUnavailable');
    ports.log.error('renewal-postponed', { dependency: error.dependency, code: error.code });
  }
}

/** At most one statement, and none at all where nothing but the sighting has to be remembered. */
async function writeChanges(ports: CallbackPorts, handling: Handling): Promise<void> {
  const { view, now, changes, deliveries } = handling;
  if (deliveries.gone.length > 0) changes.disabledEndpoints = deliveries.gone;
  const isPartial = deliveries.failed > 0 && deliveries.delivered > 0;
  if (isPartial) changes.owed = true;
  if (Object.values(changes).every((change) => change === undefined)) return;
  try {
    await ports.store.record({ subscriptionId: view.id, now, ...changes });
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    ports.metrics.count('DatabaseUnavailable');
    ports.log.error('aftermath-not-recorded', { code: error.code });
  }
}
