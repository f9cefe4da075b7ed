import type { Call, GiveEvidence } from './calls.ts';

/** One hop of something on its way through the world. `at`: ISO 8601, the world's clock. */
export type WorldEvent =
  | {
      readonly kind: 'gateway-request';
      readonly at: string;
      readonly requestId: string;
      readonly route: string;
    }
  | {
      readonly kind: 'gateway-answer';
      readonly at: string;
      readonly requestId: string;
      readonly route: string;
      readonly status: number;
      readonly ms: number;
      readonly evidence?: GiveEvidence | undefined;
    }
  | {
      readonly kind: 'function-start';
      readonly at: string;
      readonly function: string;
      readonly requestId: string;
      /** The gateway's request that it answers; absent for scheduled work and other events. */
      readonly gatewayRequestId?: string | undefined;
    }
  | {
      readonly kind: 'function-end';
      readonly at: string;
      readonly function: string;
      readonly requestId: string;
      readonly ms: number;
      /** `ok`, or the type of the error. */
      readonly outcome: string;
    }
  | ({ readonly kind: 'call'; readonly evidence?: GiveEvidence | undefined } & Call)
  | {
      readonly kind: 'exchange-callback';
      readonly at: string;
      readonly email: string;
      /** `events`, `status`, `error` or `duplicate`. */
      readonly message: string;
      readonly attempt: number;
      readonly status: number | undefined;
      readonly outcome: string;
      readonly ms: number;
      /** The gateway's id of the request, where it answered. */
      readonly requestId?: string | undefined;
      readonly evidence?: GiveEvidence | undefined;
    }
  | {
      readonly kind: 'push';
      readonly at: string;
      readonly platform: string;
      readonly token: string;
      /** SNS's id of the Publish that sent it. */
      readonly messageId?: string | undefined;
      readonly headers: Readonly<Record<string, string>>;
      readonly payload: unknown;
    };

export interface EventBus {
  emit(event: WorldEvent): void;
  on(listener: (event: WorldEvent) => void): () => void;
}

export function createEventBus(): EventBus {
  const listeners = new Set<(event: WorldEvent) => void>();
  return {
    emit(event) {
      for (const listener of listeners) listener(event);
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
