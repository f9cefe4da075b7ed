/**
 * What every answer of SNS means for a device: one table for errors of a call, one for failures reported
 * later. Only what proves that the *phone* is gone may lead to forgetting it; our own set-up, and whatever
 * we do not know, raises an alarm and forgets nobody.
 */
import type { MetricName } from '#contract';

export type OutcomeKind = 'delivered' | 'device-gone' | 'later' | 'misconfigured';

/** What follows from each outcome: the metric that counts it and what the service does. */
export const CONSEQUENCES: Readonly<Record<OutcomeKind, { metric: MetricName; consequence: string }>> = {
  delivered: { metric: 'PushDelivered', consequence: 'nothing more to do' },
  'device-gone': {
    metric: 'PushDeviceGone',
    consequence: 'the endpoint is marked; upkeep forgets it after a day unless many fell together',
  },
  later: { metric: 'PushLater', consequence: 'safe to repeat: the collapse id keeps it one notification' },
  misconfigured: {
    metric: 'PushMisconfigured',
    consequence: 'an alarm for the operator; nobody is forgotten',
  },
};

/** Error codes as SNS spells them on the wire, without the SDK's `Exception` suffix. */
const ERRORS: Readonly<Record<string, Exclude<OutcomeKind, 'delivered'>>> = {
  EndpointDisabled: 'device-gone',
  // The endpoint was deleted. A deleted platform application says so in its message: see MESSAGES.
  NotFound: 'device-gone',
  PlatformApplicationDisabled: 'misconfigured',
  InvalidParameter: 'misconfigured',
  InvalidParameterValue: 'misconfigured',
  ParameterValueInvalid: 'misconfigured',
  ValidationError: 'misconfigured',
  Validation: 'misconfigured',
  AuthorizationError: 'misconfigured',
  AccessDenied: 'misconfigured',
  InvalidClientTokenId: 'misconfigured',
  UnrecognizedClient: 'misconfigured',
  SignatureDoesNotMatch: 'misconfigured',
  IncompleteSignature: 'misconfigured',
  MissingAuthenticationToken: 'misconfigured',
  InvalidSecurity: 'misconfigured',
  OptInRequired: 'misconfigured',
  InvalidAction: 'misconfigured',
  CredentialsProviderError: 'misconfigured',
  KMSAccessDenied: 'misconfigured',
  KMSDisabled: 'misconfigured',
  KMSInvalidState: 'misconfigured',
  KMSNotFound: 'misconfigured',
  KMSOptInRequired: 'misconfigured',
  KMSThrottling: 'later',
  Throttled: 'later',
  Throttling: 'later',
  TooManyRequests: 'later',
  RequestLimitExceeded: 'later',
  InternalError: 'later',
  InternalFailure: 'later',
  InternalServerError: 'later',
  ServiceUnavailable: 'later',
  ConcurrentAccess: 'later',
  ExpiredToken: 'later',
  RequestExpired: 'later',
  RequestTimeout: 'later',
  TimeoutError: 'later',
  AbortError: 'later',
  NetworkingError: 'later',
  ECONNREFUSED: 'later',
  ECONNRESET: 'later',
  EPIPE: 'later',
  ENOTFOUND: 'later',
  EAI_AGAIN: 'later',
  ETIMEDOUT: 'later',
};

/** Where one code stands for several things, the message tells them apart; it is read and never kept. */
const MESSAGES: readonly (readonly [code: string, message: RegExp, kind: Failure['kind']])[] = [
  ['InvalidParameter', /No endpoint found for the target arn/i, 'device-gone'],
  ['InvalidParameter', /Endpoint does not exist/i, 'device-gone'],
  ['NotFound', /(platform\s?application|topic).*(not exist|not found)/i, 'misconfigured'],
  ['SignatureDoesNotMatch', /^Signature (?:expired|not yet current)/, 'later'],
];

/** FailureType of an SNS delivery-failure event. */
export const DELIVERY_FAILURES: Readonly<Record<string, 'device-gone' | 'later' | 'misconfigured'>> = {
  InvalidPlatformToken: 'device-gone',
  EndpointDisabled: 'device-gone',
  // The phone was away longer than the notification lived. It comes back, and so does the next mail.
  NotificationTTLExpired: 'later',
  // Refused for good for some other reason than the token: wrong topic, expired key, payload.
  DeliveryFailedPerm: 'misconfigured',
};

/** Reasons of APNs and FCM that blame our set-up even where SNS calls the token invalid. */
const SETUP_REASONS =
  /DeviceTokenNotForTopic|TopicDisallowed|BadTopic|MissingTopic|BadCertificate|BadCertificateEnvironment|ExpiredProviderToken|InvalidProviderToken|MissingProviderToken|BadEnvironmentKeyInToken|SENDER_ID_MISMATCH|MismatchSenderId|THIRD_PARTY_AUTH_ERROR|PlatformApplicationDisabled|credentials?/i;

export type Failure = {
  readonly kind: Exclude<OutcomeKind, 'delivered'>;
  /** The error's own name, or `Unknown`: never its message, which may quote a token. */
  readonly code: string;
};

/** The outcome of a call that SNS, the network or the SDK ended with an error. Unknown: see `mayPass`, else an alarm. */
export function outcomeOfError(error: unknown): Failure {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : '';
  const special = MESSAGES.find(([name, pattern]) => name === code && pattern.test(message));
  const kind = special?.[2] ?? (Object.hasOwn(ERRORS, code) ? ERRORS[code] : undefined);
  return { kind: kind ?? (mayPass(error) ? 'later' : 'misconfigured'), code };
}

/** The outcome of a failure that SNS reports after it had accepted the push. */
export function outcomeOfFailureType(failureType: string, failureMessage = ''): Failure {
  const code = safeName(failureType);
  if (SETUP_REASONS.test(failureMessage)) return { kind: 'misconfigured', code };
  const kind = Object.hasOwn(DELIVERY_FAILURES, failureType) ? DELIVERY_FAILURES[failureType] : undefined;
  return { kind: kind ?? 'misconfigured', code };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Unknown';
  const network = 'code' in error && typeof error.code === 'string' && /^E[A-Z_]+$/.test(error.code);
  if (network) return String(error.code);
  return safeName(error.name.replace(/Exception$/, ''));
}

function safeName(name: string): string {
  return /^[A-Za-z_]{1,64}$/.test(name) ? name : 'Unknown';
}

/** An unknown error is worth repeating where SNS itself failed, or where the SDK tried and got no answer at all. */
function mayPass(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return false;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null) return false;
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  return status === undefined || (typeof status === 'number' && status >= 500);
}
