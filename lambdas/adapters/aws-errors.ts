import { type Denial, type Dependency, DependencyUnavailable } from '#domain/errors.ts';

/** What an error of an AWS SDK client means for us: its name, fit for a log, and whether waiting may help. */
export interface AwsErrorVerdict {
  readonly code: string;
  readonly transient: boolean;
  /** Present where AWS refused the caller. */
  readonly denial?: Denial;
}

/** 4xx answers that pass by themselves; every other 4xx says that our request or our set-up is wrong. */
const PASSING_CLIENT_ERRORS: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'DatabaseResumingException',
  'DependencyTimeoutException',
  'ExpiredToken',
  'ExpiredTokenException',
  'KeyUnavailableException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestExpired',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeout',
  'RequestTimeoutException',
  'SlowDown',
  'StatementTimeoutException',
  'Throttled',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** Names with which AWS refuses a signature; only the message tells an old one from a wrong one. */
const SIGNATURE_ERRORS: ReadonlySet<string> = new Set(['InvalidSignatureException', 'SignatureDoesNotMatch']);
const OUT_OF_TIME = /^Signature (?:expired|not yet current)/;

/** Names with which AWS refuses a caller: by policy, or because it does not know the new role yet. */
const DENIALS: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'InvalidClientTokenId',
  'InvalidClientTokenIdException',
  'UnrecognizedClientException',
]);
const NOT_AUTHORIZED = 'is not authorized to perform';
const DENIED_ACTION = /is not authorized to perform: ([A-Za-z0-9-]{1,40}:[A-Za-z]{1,60})(?![A-Za-z])/;
const DENIED_ROLE = /^User: arn:[a-z-]+:sts::\d{12}:assumed-role\/([\w+=,.@-]{1,64})\//;

/** Names are identifiers; anything else could be a sentence that quotes a request. */
const SAFE_NAME = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/;

/** Names that say no more than that something was thrown. */
const NAMELESS: ReadonlySet<string> = new Set(['Error', 'AggregateError']);

/**
 * Reads an error thrown by an AWS SDK client. Without an HTTP answer (connection refused, timed out,
 * aborted) and for 5xx it is transient. The error's message is never kept: it may quote parameters.
 */
export function readAwsError(error: unknown): AwsErrorVerdict {
  const known = [stringMember(error, 'name'), stringMember(error, 'code')].find(
    (candidate) => candidate !== undefined && SAFE_NAME.test(candidate) && !NAMELESS.has(candidate),
  );
  const status = httpStatus(error);
  const transient =
    status === undefined ||
    status >= 500 ||
    status === 429 ||
    PASSING_CLIENT_ERRORS.has(known ?? '') ||
    isSignatureOutOfTime(error);
  const denial = readDenial(known, stringMember(error, 'message') ?? '');
  const code = known ?? (status === undefined ? 'ConnectionFailed' : 'Unknown');
  return denial === undefined ? { code, transient } : { code, transient, denial };
}

/** Of the message only the names of action and role are kept, each by its grammar. */
function readDenial(code: string | undefined, message: string): Denial | undefined {
  if (!DENIALS.has(code ?? '') && !message.includes(NOT_AUTHORIZED)) return undefined;
  return { action: DENIED_ACTION.exec(message)?.[1], role: DENIED_ROLE.exec(message)?.[1] };
}

/**
 * True where AWS refused a signature for its age alone: the function was frozen between signing and sending. The same
 * call, signed again, succeeds.
 */
export function isSignatureOutOfTime(error: unknown): boolean {
  return (
    SIGNATURE_ERRORS.has(stringMember(error, 'name') ?? '') &&
    OUT_OF_TIME.test(stringMember(error, 'message') ?? '')
  );
}

/** The same verdict as the exception that ports promise. */
export function dependencyUnavailable(dependency: Dependency, error: unknown): DependencyUnavailable {
  if (error instanceof DependencyUnavailable) return error;
  const { code, transient, denial } = readAwsError(error);
  return new DependencyUnavailable(dependency, code, transient, denial);
}

function httpStatus(error: unknown): number | undefined {
  const metadata = member(error, '$metadata');
  const status = member(metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

function stringMember(value: unknown, key: string): string | undefined {
  const found = member(value, key);
  return typeof found === 'string' ? found : undefined;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
