import type { IncomingHttpHeaders } from 'node:http';
import type { SignInScheme } from '#domain/model/credentials.ts';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import type { HttpAnswer } from './connection.ts';

/** What was sent with a request: a scheme, and a client certificate in the handshake. */
export interface Shown {
  readonly scheme: SignInScheme;
  readonly certificate: boolean;
}

export const NOTHING_SHOWN: Shown = { scheme: 'none', certificate: false };

/** Failure behind an HTTP status other than 200 (and other than a 500 with a SOAP fault). */
export function failureOfStatus(
  { status, headers, body }: Pick<HttpAnswer, 'status' | 'headers' | 'body'>,
  shown: Shown,
): ExchangeFailure {
  if (isAboutCertificate(status, body)) {
    const sent = shown.certificate ? 'certificate' : shown.scheme;
    return { kind: 'unauthorized', offered: ['certificate'], sent };
  }
  switch (status) {
    case 401:
      return { kind: 'unauthorized', offered: offeredSchemes(headers), sent: shown.scheme };
    case 403:
      return shown.certificate
        ? { kind: 'forbidden', detail: 'the server answered 403', why: 'client-certificate' }
        : { kind: 'forbidden', detail: 'the server answered 403' };
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

/**
 * nginx tells a missing or refused client certificate in the text of a 400; 495 and 496 are its own numbers for them,
 * which some configurations let through.
 */
export function isAboutCertificate(status: number, body: Uint8Array): boolean {
  if (status === 495 || status === 496) {
    return true;
  }
  const text = status === 400 ? Buffer.from(body).toString('latin1', 0, CERTIFICATE_TEXT_BYTES) : '';
  return /The SSL certificate error|No required SSL certificate was sent/.test(text);
}

const CERTIFICATE_TEXT_BYTES = 2_000;

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
