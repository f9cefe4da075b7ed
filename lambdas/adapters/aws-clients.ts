import type { SNSClient } from '@aws-sdk/client-sns';
import { isSignatureOutOfTime } from './aws-errors.ts';

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

const NOT_NEEDED = ['loggerMiddleware', 'getUserAgentMiddleware'];

/**
 * Takes out two steps of every call: one copies each request and answer for a logger, of which there is none and may
 * be none; the other describes this runtime to AWS in a header that no service needs.
 */
export function lean<T extends Client>(client: T): T {
  for (const step of NOT_NEEDED) client.middlewareStack.remove(step);
  return client;
}

/**
 * Has the SDK sign and send again once where SNS refuses a signature for its age. The SDK does so by itself for
 * services that call the error `InvalidSignatureException`; SNS calls it `SignatureDoesNotMatch`.
 */
export function signingAgain(client: SNSClient): SNSClient {
  client.middlewareStack.addRelativeTo(markExpired, {
    name: 'signingAgain',
    relation: 'after',
    toMiddleware: 'retryMiddleware',
    override: true,
  });
  return client;
}

function markExpired<Request, Answer>(
  next: (request: Request) => Promise<Answer>,
): (request: Request) => Promise<Answer> {
  return async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (error instanceof Error && isSignatureOutOfTime(error)) Object.assign(error, { $retryable: {} });
      throw error;
    }
  };
}
