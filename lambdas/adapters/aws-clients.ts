/** How an AWS client of ours is built, as far as all of them agree. */
export interface ClientSettings {
  readonly maxAttempts: number;
  readonly retryMode: 'standard';
  readonly cacheMiddleware: true;
  readonly useDualstackEndpoint: false;
  readonly useFipsEndpoint: false;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

/**
 * Two attempts (or as many as told) and short time-outs, because the gateway cuts at 30 s and Exchange repeats a
 * callback anyway. Region, credentials and endpoint come from the environment, as AWS defines it. What is said here
 * is not looked for in configuration files, of which a function has none; and each command's middleware is put
 * together once and not with every call, provided that the call passes no options.
 */
export function clientSettings(requestTimeoutMs: number, maxAttempts = 2): ClientSettings {
  return {
    maxAttempts,
    retryMode: 'standard',
    cacheMiddleware: true,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    requestHandler: {
      connectionTimeout: 1_500,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  };
}

interface Client {
  readonly middlewareStack: { remove(name: string): boolean };
}

/** Takes out the step that copies every request and answer for a logger: there is none, and there may be none. */
export function withoutLogger<T extends Client>(client: T): T {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
