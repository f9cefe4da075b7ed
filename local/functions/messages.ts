import type { Json } from '../template/json.ts';

/** What the pool tells a function process. */
export type ToFunction =
  | {
      readonly kind: 'invoke';
      readonly requestId: string;
      readonly event: Json;
      readonly timeoutMs: number;
      readonly clockOffsetMs: number;
    }
  | { readonly kind: 'clock'; readonly clockOffsetMs: number };

export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** What a function process tells the pool. */
export type FromFunction =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-failed'; readonly failure: FunctionFailure }
  | { readonly kind: 'result'; readonly requestId: string; readonly payload: Json }
  | { readonly kind: 'failed'; readonly requestId: string; readonly failure: FunctionFailure };

/**
 * Written to stdout and stderr after each request: when the pool has read both, it has read every line that
 * the request logged. Never shown.
 */
export function fenceOf(requestId: string): string {
  return `\u0000${requestId}\u0000`;
}
