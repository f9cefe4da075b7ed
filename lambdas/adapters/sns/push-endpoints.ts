/** PushEndpoints on SNS platform endpoints. https://docs.aws.amazon.com/sns/latest/dg/mobile-platform-endpoint.html */
import {
  CreatePlatformEndpointCommand,
  GetEndpointAttributesCommand,
  SetEndpointAttributesCommand,
  type SNSClient,
} from '@aws-sdk/client-sns';
import { SNS_PLATFORMS, type SnsPlatform } from '#domain/model/preferences.ts';
import type { EndpointOutcome, PushEndpoints } from '#domain/ports/push.ts';
import { outcomeOfError } from './outcomes.ts';

export interface PushEndpointsOptions {
  readonly client: Pick<SNSClient, 'send'>;
  /** ARN of the platform application; absent or empty where the platform is not configured. */
  readonly applications: Readonly<Partial<Record<SnsPlatform, string | undefined>>>;
  /** Bound of one call, the SDK's own retries included. */
  readonly timeoutMs: number;
}

const EXISTS = /Endpoint (arn:[a-z-]+:sns:[^\s]+) already exists/;
const TOKEN_REFUSED = /Invalid parameter: Token\b/;

/**
 * Two calls for a token that is new (create, look) and one for a token that is known and well; one more
 * where a disabled endpoint has to be enabled. `SetEndpointAttributes` is only ever given `Enabled`.
 */
export function createPushEndpoints(options: PushEndpointsOptions): PushEndpoints<SnsPlatform> {
  const { applications } = options;
  return {
    configuredPlatforms: () => SNS_PLATFORMS.filter((platform) => (applications[platform] ?? '') !== ''),
    async ensure({ platform, token, knownArn }): Promise<EndpointOutcome> {
      const application = applications[platform] ?? '';
      if (application === '') return { kind: 'platform-not-configured' };
      const form = tokenFault(platform, token);
      if (form !== undefined) return { kind: 'token-invalid', detail: form };
      try {
        return await ensure(options, application, token, knownArn);
      } catch (error) {
        return failed(error);
      }
    },
  };
}

async function ensure(
  options: PushEndpointsOptions,
  application: string,
  token: string,
  knownArn: string | undefined,
): Promise<EndpointOutcome> {
  // An ARN of another application (a replaced one, another account) cannot be pushed to any more.
  const usable = knownArn !== undefined && belongsTo(knownArn, application) ? knownArn : undefined;
  if (usable !== undefined && (await enable(options, usable))) return { kind: 'ready', endpointArn: usable };
  const endpointArn = await create(options, application, token);
  // Create answers with an existing endpoint without enabling it, so a look is needed even now.
  if (await enable(options, endpointArn)) return { kind: 'ready', endpointArn };
  return { kind: 'later', code: 'NotFound' };
}

/** Makes sure that the endpoint is enabled; false where it does not exist. */
async function enable(options: PushEndpointsOptions, endpointArn: string): Promise<boolean> {
  try {
    const { Attributes } = await options.client.send(
      new GetEndpointAttributesCommand({ EndpointArn: endpointArn }),
      bounded(options),
    );
    if (Attributes?.Enabled === 'true') return true;
    await options.client.send(
      new SetEndpointAttributesCommand({ EndpointArn: endpointArn, Attributes: { Enabled: 'true' } }),
      bounded(options),
    );
    return true;
  } catch (error) {
    if (outcomeOfError(error).kind === 'device-gone') return false;
    throw error;
  }
}

async function create(options: PushEndpointsOptions, application: string, token: string): Promise<string> {
  try {
    const { EndpointArn } = await options.client.send(
      new CreatePlatformEndpointCommand({ PlatformApplicationArn: application, Token: token }),
      bounded(options),
    );
    if (EndpointArn === undefined) throw new TypeError('SNS answered without an endpoint ARN');
    return EndpointArn;
  } catch (error) {
    // The endpoint was made with other attributes (by hand, or by a former service): it is the same phone.
    const existing = error instanceof Error ? EXISTS.exec(error.message)?.[1] : undefined;
    if (existing === undefined) throw error;
    return existing;
  }
}

function failed(error: unknown): EndpointOutcome {
  const { kind, code } = outcomeOfError(error);
  if (kind === 'later') return { kind, code };
  const refused = code === 'InvalidParameter' && error instanceof Error && TOKEN_REFUSED.test(error.message);
  if (refused) return { kind: 'token-invalid', detail: 'The push service refused the token.' };
  // Nothing here can be a dead phone: what does not exist is the platform application.
  return { kind: 'misconfigured', code };
}

function bounded(options: PushEndpointsOptions): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(options.timeoutMs) };
}

/** `…:app/APNS/name` owns `…:endpoint/APNS/name/<uuid>`. */
function belongsTo(endpointArn: string, application: string): boolean {
  return endpointArn.startsWith(`${application.replace(/:app\//, ':endpoint/')}/`);
}

/**
 * What is wrong with the form of a token, in words for a client developer; never the token itself. Only what
 * can be no token at all: the rest is for SNS to judge.
 */
function tokenFault(platform: SnsPlatform, token: string): string | undefined {
  const longest = platform === 'fcm' ? 8_192 : 400;
  if (token.length <= longest && /^[\x21-\x7e]+$/.test(token)) return undefined;
  return platform === 'fcm'
    ? 'An FCM token is 1 to 8192 ASCII characters without spaces.'
    : 'An APNs token is the device token in hexadecimal, 400 digits at most.';
}
