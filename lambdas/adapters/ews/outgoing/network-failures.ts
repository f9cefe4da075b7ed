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
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS on that port',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the server does not speak TLS 1.2 or later',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the server does not speak TLS 1.2 or later',
};

/** Alerts with which a server tells that it wants a client certificate, or does not accept ours. */
const CLIENT_CERTIFICATE_ALERTS =
  /^ERR_SSL_(?:TLSV13_ALERT_CERTIFICATE_REQUIRED|SSLV3_ALERT_(?:BAD_CERTIFICATE|CERTIFICATE_\w+|HANDSHAKE_FAILURE|UNSUPPORTED_CERTIFICATE)|TLSV1_ALERT_(?:UNKNOWN_CA|ACCESS_DENIED))$/;

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
  if (code.startsWith('ERR_OSSL_')) {
    return { kind: 'failed', code: 'ClientCertificateUnreadable' };
  }
  if (CLIENT_CERTIFICATE_ALERTS.test(code)) {
    return code.endsWith('HANDSHAKE_FAILURE') && !withCertificate
      ? { kind: 'tls', detail: `the TLS handshake failed (${code})` }
      : { kind: 'unauthorized', offered: ['certificate'], sent: withCertificate ? 'certificate' : 'none' };
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
