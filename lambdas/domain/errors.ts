/**
 * The closed list of what `/register` and its neighbours refuse, and one table with all consequences.
 * docs/api/errors.md is derived from it.
 */
export const ERROR_CODES = [
  'API_TOKEN_INVALID',
  'REQUEST_INVALID',
  'REGISTRATION_UNKNOWN',
  'CREDENTIALS_UNREADABLE',
  'CREDENTIALS_NOT_FOR_THIS_DEVICE',
  'CHALLENGE_EXPIRED',
  'KEY_RETIRED',
  'CREDENTIALS_TOO_LARGE',
  'PLATFORM_NOT_CONFIGURED',
  'DEVICE_TOKEN_INVALID',
  'EWS_URL_REFUSED',
  'AUTODISCOVER_FAILED',
  'EWS_UNAUTHORIZED',
  'EWS_FORBIDDEN',
  'EWS_NOT_FOUND',
  'EWS_TLS_FAILED',
  'EWS_UNREACHABLE',
  'EWS_BUSY',
  'SUBSCRIPTION_LIMIT',
  'TOO_MANY_ATTEMPTS',
  'TEMPORARILY_UNAVAILABLE',
  'INTERNAL',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorRow {
  readonly status: number;
  /** RFC 9457 `title`: the same for every occurrence. */
  readonly title: string;
  readonly logLevel: 'info' | 'warn' | 'error';
  readonly pages: boolean;
  /** The same request may be sent again, unchanged, and may then succeed. */
  readonly repeatable: boolean;
}

export const ERROR_TABLE: Readonly<Record<ErrorCode, ErrorRow>> = {
  API_TOKEN_INVALID: {
    status: 401,
    title: 'The API token is missing, unknown or revoked',
    logLevel: 'warn',
    pages: false,
    repeatable: false,
  },
  REQUEST_INVALID: {
    status: 400,
    title: 'The request is not of the documented form',
    logLevel: 'info',
    pages: false,
    repeatable: false,
  },
  REGISTRATION_UNKNOWN: {
    status: 404,
    title: 'There is no such registration',
    logLevel: 'info',
    pages: false,
    repeatable: false,
  },
  CREDENTIALS_UNREADABLE: {
    status: 422,
    title: 'The encrypted credentials cannot be read',
    logLevel: 'warn',
    pages: false,
    repeatable: false,
  },
  CREDENTIALS_NOT_FOR_THIS_DEVICE: {
    status: 422,
    title: 'The encrypted credentials are for another device or push token',
    logLevel: 'warn',
    pages: false,
    repeatable: false,
  },
  CHALLENGE_EXPIRED: {
    status: 409,
    title: 'The challenge inside the encrypted credentials is no longer good',
    logLevel: 'info',
    pages: false,
    repeatable: false,
  },
  KEY_RETIRED: {
    status: 409,
    title: 'The credentials are encrypted for a key that is no longer in use',
    logLevel: 'info',
    pages: false,
    repeatable: false,
  },
  CREDENTIALS_TOO_LARGE: {
    status: 413,
    title: 'The credentials are too large',
    logLevel: 'warn',
    pages: false,
    repeatable: false,
  },
  PLATFORM_NOT_CONFIGURED: {
    status: 422,
    title: 'This deployment cannot push to that platform',
    logLevel: 'warn',
    pages: false,
    repeatable: false,
  },
  DEVICE_TOKEN_INVALID: {
    status: 422,
    title: 'The push service does not accept the device token',
    logLevel: 'warn',
    pages: false,
    repeatable: false,
  },
  EWS_URL_REFUSED: {
    status: 422,
    title: 'Credentials may not be sent to that EWS URL',
    logLevel: 'warn',
    pages: false,
    repeatable: false,
  },
  AUTODISCOVER_FAILED: {
    status: 422,
    title: 'The EWS URL could not be discovered',
    logLevel: 'warn',
    pages: false,
    repeatable: false,
  },
  EWS_UNAUTHORIZED: {
    status: 422,
    title: 'Exchange refused the credentials',
    logLevel: 'warn',
    pages: false,
    repeatable: false,
  },
  EWS_FORBIDDEN: {
    status: 422,
    title: 'Exchange does not allow EWS here',
    logLevel: 'warn',
    pages: false,
    repeatable: false,
  },
  EWS_NOT_FOUND: {
    status: 422,
    title: 'There is no EWS at that URL, or not for this mailbox',
    logLevel: 'warn',
    pages: false,
    repeatable: false,
  },
  EWS_TLS_FAILED: {
    status: 422,
    title: 'No secure connection to the Exchange server came about',
    logLevel: 'warn',
    pages: false,
    repeatable: false,
  },
  EWS_UNREACHABLE: {
    status: 502,
    title: 'Exchange could not be reached',
    logLevel: 'warn',
    pages: false,
    repeatable: true,
  },
  EWS_BUSY: { status: 503, title: 'Exchange is busy', logLevel: 'warn', pages: false, repeatable: true },
  SUBSCRIPTION_LIMIT: {
    status: 422,
    title: 'Exchange allows no further subscription for this mailbox',
    logLevel: 'warn',
    pages: false,
    repeatable: false,
  },
  TOO_MANY_ATTEMPTS: {
    status: 429,
    title: 'Too many failed sign-ins',
    logLevel: 'warn',
    pages: false,
    repeatable: true,
  },
  TEMPORARILY_UNAVAILABLE: {
    status: 503,
    title: 'The service is temporarily unavailable',
    logLevel: 'error',
    pages: false,
    repeatable: true,
  },
  INTERNAL: {
    status: 500,
    title: 'Something went wrong on our side',
    logLevel: 'error',
    pages: true,
    repeatable: true,
  },
};

/** A refusal: an expected outcome. `detail` tells an administrator what to do and carries no user data. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly retryAfterSeconds?: number | undefined;
  /** Further members of the problem document, e.g. `offered`, `tried`, `field`. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

export function refuse(
  code: ErrorCode,
  detail: string,
  more: Pick<Refusal, 'retryAfterSeconds' | 'extra'> = {},
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { code, detail, ...more } };
}

export type Dependency = 'database' | 'kms' | 'sns' | 'secrets' | 'parameters';

/** What AWS refused to a role: names as AWS writes them, absent where it did not say. */
export interface Denial {
  readonly action?: string | undefined;
  readonly role?: string | undefined;
}

/** An outage of something we need. `code` is the dependency's error name; its message is never kept. */
export class DependencyUnavailable extends Error {
  readonly dependency: Dependency;
  readonly code: string;
  /** Whether trying again later may help; false means our set-up is wrong (access denied, wrong ARN). */
  readonly transient: boolean;
  /** Present where AWS refused the caller, not the request. */
  readonly denial: Denial | undefined;
  constructor(dependency: Dependency, code: string, transient = true, denial?: Denial) {
    super(`${dependency} unavailable: ${code}`);
    this.name = 'DependencyUnavailable';
    this.dependency = dependency;
    this.code = code;
    this.transient = transient;
    this.denial = denial;
  }
}

/**
 * The database is well and refuses the values of one statement (PostgreSQL, classes 22 and 23): a bug of ours, which
 * the same values meet again. `sqlState` is all that is kept of the answer.
 */
export class DataRefused extends Error {
  readonly sqlState: string;
  constructor(sqlState: string) {
    super('the database refuses these values');
    this.name = `DataRefused/${sqlState}`;
    this.sqlState = sqlState;
  }
}

/** KMS refuses this ciphertext for good: wrong context, wrong key, or altered. */
export class PrivateKeyUnusable extends Error {
  constructor() {
    super('private key unusable');
    this.name = 'PrivateKeyUnusable';
  }
}
