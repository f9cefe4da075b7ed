/** Every AWS and EWS call of the functions, in order, as `GET /local/calls` shows it. */
export interface Call {
  /** ISO 8601, the world's clock. */
  readonly at: string;
  readonly function: string;
  readonly requestId: string;
  readonly service: 'rds-data' | 'kms' | 'sns' | 'secretsmanager' | 'ssm' | 'ews' | 'webpush';
  readonly action: string;
  readonly ms: number;
  /** `ok`, or the error code that the caller got. */
  readonly outcome: string;
  /** For the console alone: request and answer with secrets masked. Not part of the published list. */
  readonly detail?:
    | { readonly request?: string | undefined; readonly response?: string | undefined }
    | undefined;
}

/**
 * What went over the wire, unmasked: for the console, which masks it before it shows it. It travels as a function
 * beside a call or an event, so that nothing which serialises these ever holds it.
 */
export interface Evidence {
  readonly request: string;
  readonly response: string;
}
export type GiveEvidence = () => Evidence;

/** Headers by which the local world's preload marks every outgoing request of a function process. */
export const FUNCTION_HEADER = 'x-ens-local-function';
export const REQUEST_HEADER = 'x-ens-local-request';

export interface CallLog {
  record(call: Call, evidence?: GiveEvidence): void;
  all(): readonly Call[];
  onCall(listener: (call: Call, evidence: GiveEvidence | undefined) => void): () => void;
}

/** Keeps the newest `limit` calls. */
export function createCallLog(limit = 200_000): CallLog {
  const calls: Call[] = [];
  const listeners = new Set<(call: Call, evidence: GiveEvidence | undefined) => void>();
  return {
    record(call, evidence) {
      calls.push(call);
      if (calls.length > limit) calls.splice(0, calls.length - limit);
      for (const listener of listeners) listener(call, evidence);
    },
    all: () => calls,
    onCall(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
