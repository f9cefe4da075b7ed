import type { SubscriptionView } from '../model/subscription.ts';
import { announceOrOwe, mayRepeat, owe, repeat } from './announce/rescue.ts';
import type { CallbackAnswer } from './handling/answer.ts';
import { deliver } from './handling/deliver.ts';
import { isGap } from './handling/is-gap.ts';
import type { CallbackPorts } from './handling/ports.ts';
import type { Progress } from './handling/progress.ts';
import { recordChanges } from './handling/record-changes.ts';
import { hasNewItems } from './handling/summarize.ts';

/**
 * The answer's time is nearly over and the work is not done: "New message" where nothing was announced, as far as
 * anybody knows whom to tell, and what was found out about the credentials is remembered. Ends nothing.
 */
export async function answerLate(ports: CallbackPorts, progress: Progress): Promise<CallbackAnswer> {
  const { view, summary, announced, receivedAt } = progress;
  ports.metrics.count('CallbackOverdue');
  ports.log.error('callback-overdue', { seen: view !== undefined, announced });
  if (view === undefined) return isOwed(progress) && mayRepeat(summary, receivedAt) ? repeat(ports) : 'ok';
  // At once: neither has the time to wait for the other.
  const tell = async (): Promise<CallbackAnswer> => {
    progress.lateAnswer = await tellPhones(ports, progress, view);
    return progress.lateAnswer;
  };
  const [answer] = await Promise.all([tell(), remember(ports, progress)]);
  return answer;
}

/** Where not even that came to an end in time: unless the phones know, Exchange comes again while it is worth it. */
export function lastWord(progress: Progress): CallbackAnswer {
  if (progress.lateAnswer !== undefined) return progress.lateAnswer;
  return isOwed(progress) && mayRepeat(progress.summary, progress.receivedAt) ? 'try-again' : 'ok';
}

async function tellPhones(
  ports: CallbackPorts,
  progress: Progress,
  view: SubscriptionView,
): Promise<CallbackAnswer> {
  const { summary, handling, undelivered, receivedAt } = progress;
  if (handling?.asking === true) {
    // Exchange has nothing to repeat for an ended subscription, so that what did not arrive is owed.
    const { failed } = await deliver(ports, view, () => [{ type: 'sign-in' }]);
    return failed > 0 ? owe(ports, view, receivedAt) : 'ok';
  }
  if (isOwed(progress)) return announceOrOwe(ports, view, summary, receivedAt);
  return undelivered > 0 ? owe(ports, view, receivedAt) : 'ok';
}

/** A refusal that nobody remembered would be met again with the next mail, and accounts lock. */
async function remember(ports: CallbackPorts, { handling }: Progress): Promise<void> {
  if (handling === undefined) return;
  const { view, now, changes } = handling;
  await recordChanges(ports, { view, now, changes: { ...changes, ended: undefined } });
}

/** Whether mail may go unheard: a badge is put right by the next one, and a heartbeat without a gap brings nothing. */
function isOwed({ view, summary, announced }: Progress): boolean {
  if (announced || summary === undefined) return false;
  return (
    hasNewItems(summary) || summary.pushedError !== undefined || (view !== undefined && isGap(view, summary))
  );
}
