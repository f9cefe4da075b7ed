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
      detail: 'the TLS handshake failed (OpenSSL 1040)',
    });
    expect(failureOfError(tlsError('EPROTO', FAILURE), false)).toMatchObject({ kind: 'tls', unclear: true });
  });
});
