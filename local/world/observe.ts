import type { AwsWorld } from '../aws/emulators.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { PoolObserver } from '../functions/pool.ts';
import type { GatewayObserver } from '../gateway/gateway.ts';
import type { CallLog } from './calls.ts';
import type { WorldClock } from './clock.ts';
import type { EventBus } from './events.ts';

export interface Observer extends PoolObserver, GatewayObserver {
  watch(exchange: Exchange): void;
}

/** Turns what the parts of the world report into one stream of hops. */
export function observe(parts: {
  readonly clock: WorldClock;
  readonly calls: CallLog;
  readonly events: EventBus;
  readonly aws: AwsWorld;
}): Observer {
  const { clock, calls, events, aws } = parts;
  const at = () => new Date(clock.now()).toISOString();
  calls.onCall((call, evidence) => events.emit({ kind: 'call', ...call, evidence }));
  aws.phones.onDelivered((delivery) => events.emit({ kind: 'push', ...delivery }));
  return {
    received: (requestId, route) => events.emit({ kind: 'gateway-request', at: at(), requestId, route }),
    answered: (requestId, route, status, ms, evidence) =>
      events.emit({ kind: 'gateway-answer', at: at(), requestId, route, status, ms: rounded(ms), evidence }),
    started: (id, requestId, gatewayRequestId) =>
      events.emit({ kind: 'function-start', at: at(), function: id, requestId, gatewayRequestId }),
    ended: (id, requestId, outcome, ms) =>
      events.emit({
        kind: 'function-end',
        at: at(),
        function: id,
        requestId,
        ms: rounded(ms),
        outcome: outcome.ok ? 'ok' : outcome.failure.errorType,
      }),
    watch: (exchange) =>
      void exchange.events.on('callback', (attempt) => {
        const { at: atMs, email, kind, status, outcome, ms, requestId } = attempt;
        events.emit({
          kind: 'exchange-callback',
          at: new Date(atMs).toISOString(),
          email,
          message: kind,
          attempt: attempt.attempt,
          status,
          outcome,
          ms: rounded(ms),
          requestId,
          evidence: () => ({
            request: `POST ${attempt.url}\n\n${attempt.body}`,
            response: `${status ?? attempt.error ?? ''}\n\n${attempt.answer ?? ''}`,
          }),
        });
      }),
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
