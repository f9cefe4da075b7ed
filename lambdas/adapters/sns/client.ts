import { SNSClient } from '@aws-sdk/client-sns';

/**
 * The SNS client of a function: region, credentials and endpoint come from the environment as AWS defines
 * it. Connections are kept; an attempt is given up after `attemptTimeoutMs` and tried once more.
 */
export function createSnsClient(options: { readonly attemptTimeoutMs: number }): SNSClient {
  const { attemptTimeoutMs } = options;
  return new SNSClient({
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: attemptTimeoutMs,
      requestTimeout: attemptTimeoutMs,
      throwOnRequestTimeout: true,
    },
  });
}
