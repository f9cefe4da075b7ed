/**
 * How every AWS client is built: few attempts and short time-outs, because the gateway cuts at 30 s and
 * Exchange repeats a callback anyway. What is worth waiting for longer has its own loop (database resume).
 */
export interface ClientSettings {
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

export function clientSettings(requestTimeoutMs: number, maxAttempts = 2): ClientSettings {
  return {
    maxAttempts,
    requestHandler: {
      connectionTimeout: 1_500,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  };
}
