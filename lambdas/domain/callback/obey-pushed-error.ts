import { isOutdated } from '../model/subscription.ts';
import { announceIfUnreadRose } from './announce/announce-missed.ts';
import { askUnread } from './announce/ask-unread.ts';
import type { Handling } from './handling/handling.ts';
import { alarmOfStranger } from './handling/own-inbox.ts';
import type { CallbackPorts, CallbackSettings } from './handling/ports.ts';
import { leaveAlone } from './heal/judge-failure.ts';
import { suspectAbsence } from './heal/rediscover.ts';
import { renewSubscription } from './heal/renew-subscription.ts';

/** Exchange pushed an error instead of events. The adapter's table of codes says what follows. */
export async function obeyPushedError(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
  error: NonNullable<Handling['summary']['pushedError']>,
): Promise<void> {
  ports.log.warn('exchange-pushed-error', { code: error.code, subscriptionId: handling.view.id });
  switch (error.consequence) {
    case 'subscribe-again':
    case 'rediscover':
    case 'no-mailbox': {
      await announceIfUnreadRose(ports, settings, handling);
      const [first, second] = error.consequence === 'subscribe-again' ? [false, true] : [true, false];
      if (!(await renewSubscription(ports, settings, handling, { rediscover: first })))
        // A queue is lost on a move as well as on a restart: the old address is worth the other try.
        await renewSubscription(ports, settings, handling, { rediscover: second });
      if (error.consequence === 'no-mailbox' && !handling.renewed)
        // Until a new one has taken over, this one is all there is.
        return suspectAbsence(ports, settings, handling);
      if (!handling.renewed && !handling.signedOut && !isOutdated(handling.view)) {
        handling.changes.lost = true;
        ports.metrics.count('SubscriptionLost');
      }
      handling.answer = 'unsubscribe';
      return;
    }
    case 'credentials-dead':
      // Said by whoever knows the callback URL: Exchange itself is asked, and its answer counts.
      if (!isOutdated(handling.view)) await askUnread(ports, settings, handling);
      return;
    case 'denied':
      leaveAlone(ports, handling);
      alarmOfStranger(ports, handling.view);
      return;
    case 'wait':
    case 'unknown':
      ports.metrics.count('ExchangeFailed');
      return;
  }
}
