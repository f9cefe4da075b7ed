import type { ExchangeFailure } from '#domain/ports/exchange.ts';

/** Certificate faults as an administrator would name them, by Node's code. */
const TLS_FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  CERT_REVOKED: 'the certificate is revoked',
  CERT_UNTRUSTED: 'the certificate is not trusted',
  CERT_REJECTED: 'the certificate is rejected',
  CERT_SIGNATURE_FAILURE: "the certificate's signature is wrong",
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the chain ends in a root certificate that is not trusted (extra CA bundle?)',
  UNABLE_TO_GET_ISSUER_CERT: 'an issuer certificate is missing (extra CA bundle?)',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the issuing CA is not trusted (intermediate missing, or extra CA bundle?)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the server does not send its intermediate certificate',
  INVALID_CA: 'an issuer in the chain is no CA',
  INVALID_PURPOSE: 'the certificate is not meant for servers',
  HOSTNAME_MISMATCH: 'the certificate is for another host name',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host name',
};

/** Faults of the handshake by OpenSSL's reason (`tlsReasonOf`). */
const HANDSHAKE_FAULTS: ReadonlyMap<number, string> = new Map([
  [258, 'the server does not speak TLS 1.2 or later'],
  [267, 'the server does not speak TLS on that port'],
  [1070, 'the server does not speak TLS 1.2 or later'],
]);

/**
 * Alerts with which a server tells that it wants a client certificate, or does not accept ours: bad, unsupported,
 * revoked, expired, unknown, unknown authority, access denied, required (RFC 8446, section 6.2; each a thousand more).
 */
const CLIENT_CERTIFICATE_ALERTS: ReadonlySet<number> = new Set([
  1042, 1043, 1044, 1045, 1046, 1048, 1049, 1116,
]);
/** What TLS 1.2 says for want of a client certificate, and for want of a cipher: nobody can tell which. */
const HANDSHAKE_FAILURE = 1040;

/** What stopped a request before an answer was complete. */
export class AnswerFault extends Error {
  readonly code: string;
  constructor(code: 'AnswerTooLarge' | 'AnswerEncodingUnknown') {
    super(code);
    this.name = 'AnswerFault';
    this.code = code;
  }
}

/**
 * The failure behind an error of node:http, node:https or node:zlib. Only its code is kept: messages may
 * repeat what was sent. `withCertificate` tells whether we presented a client certificate.
 */
export function failureOfError(error: unknown, withCertificate: boolean): ExchangeFailure {
  if (error instanceof AnswerFault) {
    return { kind: 'failed', code: error.code };
  }
  const code = codeOf(error);
  if (code.startsWith('ERR_OSSL_') && withCertificate) {
    return { kind: 'sign-in-impossible', code: 'ClientCertificateUnreadable' };
  }
  const reason = tlsReasonOf(error);
  if (reason !== undefined) {
    return failureOfHandshake(reason, withCertificate);
  }
  const fault = TLS_FAULTS[code];
  if (fault !== undefined) {
    return { kind: 'tls', detail: `${fault} (${code})` };
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) {
    return { kind: 'tls', detail: `the TLS handshake failed (${code})` };
  }
  if (code === 'ABORT_ERR' || code === 'TimeoutError' || code === 'ETIMEDOUT') {
    return { kind: 'timeout' };
  }
  return { kind: 'unreachable', detail: `the connection failed (${code})` };
}

function failureOfHandshake(reason: number, withCertificate: boolean): ExchangeFailure {
  if (CLIENT_CERTIFICATE_ALERTS.has(reason)) {
    return { kind: 'unauthorized', offered: ['certificate'], sent: withCertificate ? 'certificate' : 'none' };
  }
  const what = HANDSHAKE_FAULTS.get(reason) ?? 'the TLS handshake failed';
  const detail = `${what} (OpenSSL ${reason})`;
  return reason === HANDSHAKE_FAILURE && !withCertificate
    ? { kind: 'tls', detail: `${detail}: no common cipher, or a client certificate is wanted`, unclear: true }
    : { kind: 'tls', detail };
}

/**
 * OpenSSL's number for what ended a handshake; an alert of the server is a thousand more than its own. It stands in the
 * message alone: in `code` Node says EPROTO where it was writing, else a name that changes with OpenSSL
 * (ERR_SSL_SSLV3_ALERT_… has become ERR_SSL_SSL/TLS_ALERT_…).
 */
function tlsReasonOf(error: unknown): number | undefined {
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  const found = typeof message === 'string' ? /:error:0A([0-9A-F]{6}):SSL routines:/.exec(message) : null;
  return found?.[1] === undefined ? undefined : Number.parseInt(found[1], 16);
}

/** Read by shape: errors of Node's core are not always instances of this realm's classes. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) {
    return 'unknown';
  }
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) {
    const codes = error.errors.map(codeOf);
    return codes.find((code) => code !== 'ETIMEDOUT') ?? 'ETIMEDOUT';
  }
  const code = 'code' in error ? error.code : 'name' in error ? error.name : undefined;
  return typeof code === 'string' && /^\w+$/.test(code) ? code : 'unknown';
}
