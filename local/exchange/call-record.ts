import type { IncomingMessage } from 'node:http';
import { type CallLog, FUNCTION_HEADER, type GiveEvidence, REQUEST_HEADER } from '../world/calls.ts';

/** Notes when a request began; the returned function writes its entry of the call log. */
export function startCall(
  request: IncomingMessage,
  calls: CallLog,
  now: () => number,
): (action: string, outcome: string, evidence?: GiveEvidence) => void {
  const at = new Date(now()).toISOString();
  const started = performance.now();
  return (action, outcome, evidence) => {
    const call = {
      at,
      function: headerOf(request, FUNCTION_HEADER),
      requestId: headerOf(request, REQUEST_HEADER),
      service: 'ews' as const,
      action,
      ms: Math.round(performance.now() - started),
      outcome,
    };
    calls.record(call, evidence);
  };
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
