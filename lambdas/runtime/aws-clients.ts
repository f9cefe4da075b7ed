/**
 * How every AWS client is built: two attempts and short time-outs, because the gateway cuts at 30 s and
 * Exchange repeats a callback anyway. Region, credentials and endpoint come from the environment, as AWS
 * defines it. The database has a loop of its own (adapters/data-api) for what takes longer.
 */
export function clientSettings(requestTimeoutMs: number): {
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
} {
  return {
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: 1_500,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  };
}
