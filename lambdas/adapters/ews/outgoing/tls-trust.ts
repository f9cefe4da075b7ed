import type { SecureContext } from 'node:tls';
import { createSecureContext, rootCertificates } from 'node:tls';

export interface ClientCertificate {
  /** PEM, leaf first, chain after it. */
  readonly certificate: string;
  /** PEM. */
  readonly privateKey: string;
}

export interface TlsTrust {
  /** Throws where the certificate or its key cannot be read. */
  contextFor(certificate: ClientCertificate | undefined, maxVersion?: 'TLSv1.2'): SecureContext;
}

/**
 * TLS 1.2 or later, the public roots and the extra CA bundle of the settings (PEM, may be undefined).
 * The context without client certificate holds nothing of a user and is made once: parsing the roots takes
 * milliseconds. One with a client certificate is never kept.
 */
export function createTlsTrust(extraCaPem: string | undefined): TlsTrust {
  const ca = extraCaPem === undefined ? undefined : [...rootCertificates, extraCaPem];
  let shared: SecureContext | undefined;

  function contextFor(certificate: ClientCertificate | undefined, maxVersion?: 'TLSv1.2'): SecureContext {
    if (certificate !== undefined) {
      return createSecureContext({
        ca,
        minVersion: 'TLSv1.2',
        maxVersion,
        cert: certificate.certificate,
        key: certificate.privateKey,
      });
    }
    shared ??= createSecureContext({ ca, minVersion: 'TLSv1.2' });
    return shared;
  }

  return { contextFor };
}
