import type { IncomingMessage } from 'node:http';
import {
  type CallLog,
  type Evidence,
  FUNCTION_HEADER,
  type GiveEvidence,
  REQUEST_HEADER,
} from '../world/calls.ts';

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

/** What went over the wire, for the console. */
export function evidenceOf(
  request: IncomingMessage,
  body: string,
  reply: { readonly status: number; readonly body: string },
): Evidence {
  return { request: `${headOf(request)}\n\n${body}`, response: `${reply.status}\n\n${reply.body}` };
}

/** First line and the headers that matter, without what belongs to this world alone. */
function headOf({ method, url, headers }: IncomingMessage): string {
  const shown = ['host', 'authorization', 'content-type', 'soapaction', 'user-agent', 'x-anchormailbox'];
  const lines = shown.flatMap((name) => (headers[name] === undefined ? [] : [`${name}: ${headers[name]}`]));
  return [`${method} ${url}`, ...lines].join('\n');
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
