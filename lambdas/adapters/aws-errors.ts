import { type Dependency, DependencyUnavailable } from '#domain/errors.ts';

/** What an error of an AWS SDK client means for us: its name, fit for a log, and whether waiting may help. */
export interface AwsErrorVerdict {
  readonly code: string;
  readonly transient: boolean;
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
  return { code: known ?? (status === undefined ? 'ConnectionFailed' : 'Unknown'), transient };
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
  const { code, transient } = readAwsError(error);
  return new DependencyUnavailable(dependency, code, transient);
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
