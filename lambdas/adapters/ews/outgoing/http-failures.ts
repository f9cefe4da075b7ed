import type { IncomingHttpHeaders } from 'node:http';
import type { SignInScheme } from '#domain/model/credentials.ts';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';

/** Failure behind an HTTP status other than 200 (and other than a 500 with a SOAP fault). */
export function failureOfStatus(
  status: number,
  headers: IncomingHttpHeaders,
  sent: SignInScheme,
): ExchangeFailure {
  switch (status) {
    case 401:
      return { kind: 'unauthorized', offered: offeredSchemes(headers), sent };
    case 403:
      return { kind: 'forbidden', detail: 'the server answered 403' };
    case 404:
    case 410:
      return { kind: 'not-found' };
    case 429:
    case 503:
      return { kind: 'busy', retryAfterMs: retryAfterMs(headers) };
    case 456:
      return { kind: 'forbidden', detail: 'the server answered 456', why: 'account-locked' };
    case 408:
      return { kind: 'unreachable', detail: 'the server waited too long for our request (408)' };
    case 502:
    case 504:
      return { kind: 'unreachable', detail: `a gateway in front of Exchange answered ${status}` };
    default:
      return { kind: 'failed', code: `Http${status}` };
  }
}

/** More than any server offers; the list goes into an answer to whoever registers. */
const MOST_SCHEMES = 10;

/** Schemes of WWW-Authenticate, lower-case, in order, without repetition (RFC 9110, section 11.6.1). */
export function offeredSchemes(headers: IncomingHttpHeaders): readonly SignInScheme[] {
  const challenges = (headers['www-authenticate'] ?? '').replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const schemes = challenges
    .split(',')
    .map((part) => /^\s*([A-Za-z][A-Za-z0-9-]{0,30})(?=\s+[^=\s]|\s*$)/.exec(part)?.[1]?.toLowerCase())
    .filter((scheme) => scheme !== undefined);
  return [...new Set(schemes)].slice(0, MOST_SCHEMES);
}

/** Retry-After in seconds; its date form is not used by Exchange and ignored. */
function retryAfterMs(headers: IncomingHttpHeaders): number | undefined {
  const seconds = headers['retry-after'];
  return seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
