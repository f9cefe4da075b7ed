import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import { failureOfCutHandshake, failureOfLateCertificate, failureOfTls } from './tls-failures.ts';

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
 * repeat what was sent. `withCertificate` tells whether we had a client certificate in hand, `tlsVersion` which
 * handshake had come about.
 */
export function failureOfError(
  error: unknown,
  withCertificate: boolean,
  tlsVersion?: string,
): ExchangeFailure {
  if (error instanceof AnswerFault) {
    return { kind: 'failed', code: error.code };
  }
  const code = codeOf(error);
  const message = messageOf(error);
  if (code.startsWith('ERR_OSSL_') && withCertificate) {
    return { kind: 'sign-in-impossible', code: 'ClientCertificateUnreadable' };
  }
  if (withCertificate && code === 'ECONNRESET' && message.includes('before secure TLS connection')) {
    return failureOfCutHandshake();
  }
  if (withCertificate && code === 'ECONNRESET' && tlsVersion === 'TLSv1.3') {
    return failureOfLateCertificate('the server closed the connection before it answered');
  }
  const tls = failureOfTls(code, message, withCertificate);
  if (tls !== undefined) {
    return tls;
  }
  if (code.startsWith('HPE_')) {
    return { kind: 'not-http', code };
  }
  if (code === 'ABORT_ERR' || code === 'TimeoutError' || code === 'ETIMEDOUT') {
    return { kind: 'timeout' };
  }
  return { kind: 'unreachable', detail: `the connection failed (${code})` };
}

function messageOf(error: unknown): string {
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  return typeof message === 'string' ? message : '';
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
