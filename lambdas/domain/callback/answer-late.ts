import type { CallbackAnswer } from './answer.ts';
import { isGap } from './find-gap.ts';
import type { CallbackPorts } from './ports.ts';
import type { Progress } from './progress.ts';
import { announceNeutral, mayRepeat, repeat, repeatOrOwe } from './rescue.ts';

type Late = Pick<Progress, 'view' | 'summary' | 'announced' | 'receivedAt'>;

/**
 * The answer's time is nearly over and the work is not done: "New message" where nothing was announced, as far as
 * anybody knows whom to tell. Ends nothing.
 */
export async function answerLate(ports: CallbackPorts, late: Late): Promise<CallbackAnswer> {
  const { view, summary, receivedAt } = late;
  ports.metrics.count('CallbackOverdue');
  ports.log.error('callback-overdue', { seen: view !== undefined, announced: late.announced });
  if (!isOwed(late)) return 'ok';
  if (view === undefined) return mayRepeat(summary, receivedAt) ? repeat(ports) : 'ok';
  const sent = await announceNeutral(ports, view).catch(() => undefined);
  const reached = sent !== undefined && (sent.delivered > 0 || sent.failed === 0);
  return reached ? 'ok' : repeatOrOwe(ports, view, summary, receivedAt);
}

/** Where not even that came to an end in time: Exchange comes again while it is worth it. */
export function lastWord(late: Late): CallbackAnswer {
  return isOwed(late) && mayRepeat(late.summary, late.receivedAt) ? 'try-again' : 'ok';
}

/** Whether mail may go unheard: a badge is put right by the next one, and a heartbeat brings nothing. */
function isOwed({ view, summary, announced }: Late): boolean {
  if (announced || summary === undefined || summary.heartbeat) return false;
  return (
    summary.newItemIds.length > 0 ||
    summary.pushedError !== undefined ||
    (view !== undefined && isGap({ view, summary }))
  );
}
