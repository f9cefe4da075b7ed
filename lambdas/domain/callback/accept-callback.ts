import { answerLate, lastWord } from './answer-late.ts';
import { type CallbackRequest, handleCallback, readSummary } from './handle-callback.ts';
import type { CallbackAnswer } from './handling/answer.ts';
import type { CallbackPorts, CallbackSettings } from './handling/ports.ts';
import { type Progress, untilOver } from './handling/progress.ts';

/** Kept of the answer's time for telling the phones that something came, where the work did not get so far. */
const LAST_MS = 3_000;
/** Of that, for the answer to leave. */
const LEAVING_MS = 200;

/**
 * Handles one callback of Exchange within the answer's budget. Never throws.
 * Answers `unsubscribe` only on proof: a row that says so, or Exchange's own word; never for want of time.
 */
export function createAcceptCallback(ports: CallbackPorts, settings: CallbackSettings) {
  return async function acceptCallback(request: CallbackRequest): Promise<CallbackAnswer> {
    const progress: Progress = {
      receivedAt: ports.clock.now(),
      over: false,
      announced: false,
      undelivered: 0,
    };
    const work = handleCallback(untilOver(ports, progress), settings, request, progress);
    const answer = await ports.timer.within(settings.answerBudgetMs - LAST_MS, work);
    if (answer !== undefined) return answer;
    progress.over = true;
    progress.handling?.access.close();
    progress.summary = readSummary(ports, request, progress);
    return (
      (await ports.timer.within(LAST_MS - LEAVING_MS, answerLate(ports, progress))) ?? lastWord(progress)
    );
  };
}
