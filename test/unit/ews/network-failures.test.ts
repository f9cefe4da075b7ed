import { describe, expect, test } from '@jest/globals';
import { failureOfError } from '#adapters/ews/outgoing/network-failures.ts';

/** Errors as Node 24 raised them against `openssl s_server -Verify 1`; the address in front is not one of theirs. */
function tlsError(code: string, openSsl: string): Error {
  const message = `404DAC26797F0000:error:${openSsl}:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:918:`;
  return Object.assign(new Error(code === 'EPROTO' ? `write EPROTO ${message}` : message), { code });
}

const UNKNOWN_CA = '0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca';
const UNSUPPORTED = '0A000413:SSL routines:ssl3_read_bytes:ssl/tls alert unsupported certificate';
const REQUIRED = '0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required';
const FAILURE = '0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure';

describe('what ends a TLS handshake', () => {
  test.each([
    ['EPROTO', UNKNOWN_CA],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', UNKNOWN_CA],
    ['EPROTO', UNSUPPORTED],
    ['ERR_SSL_SSL/TLS_ALERT_UNSUPPORTED_CERTIFICATE', UNSUPPORTED],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', REQUIRED],
  ])('is about the client certificate, whether Node calls it %s or otherwise', (code, openSsl) => {
    const refused = { kind: 'unauthorized', offered: ['certificate'] };
    expect(failureOfError(tlsError(code, openSsl), true)).toEqual({ ...refused, sent: 'certificate' });
    expect(failureOfError(tlsError(code, openSsl), false)).toEqual({ ...refused, sent: 'none' });
  });

  test('is no proof against a certificate that was shown where the server does not say so', () => {
    expect(failureOfError(tlsError('EPROTO', FAILURE), true)).toEqual({
      kind: 'tls',
      fault: 'client-certificate-unclear',
      detail: 'the server ended the handshake (OpenSSL 1040)',
    });
    expect(failureOfError(tlsError('EPROTO', FAILURE), false)).toMatchObject({
      kind: 'tls',
      fault: 'unclear',
    });
  });
});

const VERIFY_CODES = `UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY
  CERT_SIGNATURE_FAILURE CERT_NOT_YET_VALID CERT_HAS_EXPIRED ERROR_IN_CERT_NOT_BEFORE_FIELD
  ERROR_IN_CERT_NOT_AFTER_FIELD DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE CERT_CHAIN_TOO_LONG CERT_REVOKED INVALID_CA
  PATH_LENGTH_EXCEEDED INVALID_PURPOSE CERT_UNTRUSTED CERT_REJECTED HOSTNAME_MISMATCH
  ERR_TLS_CERT_ALTNAME_INVALID UNSPECIFIED`;

test.each(VERIFY_CODES.split(/\s+/))('Node’s code %s is told as a fault of the certificate', (code) => {
  expect(failureOfError(Object.assign(new Error('words'), { code }), false)).toEqual({
    kind: 'tls',
    fault: expect.stringMatching(/^certificate/),
    detail: expect.stringContaining(`(${code})`),
  });
});

test('an answer that is no HTTP is told as that, with the code of the parser', () => {
  const error = Object.assign(new Error('Parse Error'), { code: 'HPE_INVALID_HEADER_TOKEN' });
  expect(failureOfError(error, false)).toEqual({ kind: 'not-http', code: 'HPE_INVALID_HEADER_TOKEN' });
});

test('a handshake that is cut is about the client certificate only where one was shown', () => {
  const cut = Object.assign(new Error('socket disconnected before secure TLS connection was established'), {
    code: 'ECONNRESET',
  });
  expect(failureOfError(cut, true)).toMatchObject({ kind: 'tls', fault: 'client-certificate-unclear' });
  expect(failureOfError(cut, false)).toMatchObject({ kind: 'unreachable' });
});
