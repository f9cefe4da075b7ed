import { subscribe } from 'node:diagnostics_channel';
import { ClientRequest } from 'node:http';
import { FUNCTION_HEADER, REQUEST_HEADER } from '../world/calls.ts';
import { processState } from './process-state.ts';
import { enterNetwork } from './world-network.ts';

/**
 * Loaded before a function's bundle (`--import`). Three things the product must not know about: the world's
 * clock, the world's network, and marks on outgoing requests by which the world attributes them to a function
 * and a request.
 */
function followWorldClock(): void {
  const RealDate = Date;
  const realNow = Date.now.bind(Date);
  const now = () => realNow() + processState.clockOffsetMs;
  RealDate.now = now;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
    apply: (target) => new target(now()).toString(),
  });
}

function markOutgoingRequests(): void {
  subscribe('http.client.request.created', (message) => {
    if (typeof message !== 'object' || message === null || !('request' in message)) return;
    const { request } = message;
    if (!(request instanceof ClientRequest) || request.headersSent) return;
    request.setHeader(FUNCTION_HEADER, processState.functionId);
    request.setHeader(REQUEST_HEADER, processState.requestId);
  });
}

followWorldClock();
enterNetwork(processState.network);
markOutgoingRequests();
