import type { ExchangeFailure, TlsFault } from '#domain/ports/exchange.ts';

type Row = readonly [TlsFault, string];

/** Certificate faults as an administrator would name them, by Node's code. */
const CERTIFICATE_FAULTS: Readonly<Record<string, Row>> = {
  CERT_HAS_EXPIRED: ['certificate-time', 'the certificate has expired'],
  CERT_NOT_YET_VALID: ['certificate-time', 'the certificate is not valid yet'],
  ERROR_IN_CERT_NOT_BEFORE_FIELD: ['certificate-time', 'the dates of the certificate cannot be read'],
  ERROR_IN_CERT_NOT_AFTER_FIELD: ['certificate-time', 'the dates of the certificate cannot be read'],
  HOSTNAME_MISMATCH: ['certificate-name', 'the certificate is for another host name'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['certificate-name', 'the certificate is for another host name'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['certificate-chain', 'the certificate is self-signed'],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'certificate-chain',
    'the chain ends in a root certificate that is not trusted',
  ],
  UNABLE_TO_GET_ISSUER_CERT: ['certificate-chain', 'an issuer certificate is missing'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'certificate-chain',
    'the issuing authority is not trusted, or an intermediate certificate is missing',
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'certificate-chain',
    'the server does not send its intermediate certificate',
  ],
  CERT_UNTRUSTED: ['certificate-chain', 'the certificate is not trusted'],
  CERT_CHAIN_TOO_LONG: ['certificate-chain', 'the chain is too long'],
  PATH_LENGTH_EXCEEDED: ['certificate-chain', 'the chain is longer than one of its authorities allows'],
  INVALID_CA: ['certificate-chain', 'an issuer in the chain is no certificate authority'],
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: ['certificate-signature', "the certificate's signature cannot be read"],
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: ['certificate-key', "the issuer's key cannot be read"],
  CERT_SIGNATURE_FAILURE: ['certificate-signature', "the certificate's signature is wrong"],
  CERT_REVOKED: ['certificate', 'the certificate is revoked'],
  CERT_REJECTED: ['certificate', 'the certificate is rejected'],
  INVALID_PURPOSE: ['certificate', 'the certificate is not meant for servers'],
};

/** OpenSSL's words for faults that Node has no code for and calls UNSPECIFIED. */
const UNSPECIFIED_FAULTS: Readonly<Record<string, Row>> = {
  'EE certificate key too weak': ['certificate-key', 'the key of the certificate is too short'],
  'CA certificate key too weak': ['certificate-key', 'the key of an authority in the chain is too short'],
  'CA signature digest algorithm too weak': [
    'certificate-signature',
    'a certificate in the chain is signed with a broken digest such as SHA-1',
  ],
};

const NO_COMMON_PROTOCOL = 'the server does not speak TLS 1.2 or later';
const NOT_TLS = 'the server does not speak TLS on that port';
const KEY_EXCHANGE = 'the server offers a key exchange that is no longer safe';
const RENEGOTIATION = 'the server does not know secure renegotiation (RFC 5746)';
const NO_COMMON_CIPHER = 'the server and ENS have no cipher in common';

/** Faults of the handshake by OpenSSL's reason (`tlsReasonOf`); an alert of the server is a thousand more than its own. */
const HANDSHAKE_FAULTS: ReadonlyMap<number, Row> = new Map([
  [191, ['protocol', NO_COMMON_PROTOCOL]],
  [258, ['protocol', NO_COMMON_PROTOCOL]],
  [266, ['protocol', NO_COMMON_PROTOCOL]],
  [1070, ['protocol', NO_COMMON_PROTOCOL]],
  [156, ['not-tls', NOT_TLS]],
  [198, ['not-tls', NOT_TLS]],
  [267, ['not-tls', NOT_TLS]],
  [315, ['key-exchange', KEY_EXCHANGE]],
  [333, ['key-exchange', KEY_EXCHANGE]],
  [370, ['key-exchange', KEY_EXCHANGE]],
  [378, ['key-exchange', KEY_EXCHANGE]],
  [394, ['key-exchange', 'the server offers Diffie-Hellman with a key that is too short']],
  [336, ['renegotiation', RENEGOTIATION]],
  [337, ['renegotiation', RENEGOTIATION]],
  [338, ['renegotiation', RENEGOTIATION]],
  [339, ['renegotiation', RENEGOTIATION]],
  [1100, ['renegotiation', RENEGOTIATION]],
  [193, ['cipher', NO_COMMON_CIPHER]],
  [248, ['cipher', NO_COMMON_CIPHER]],
  [261, ['cipher', NO_COMMON_CIPHER]],
  [1071, ['cipher', NO_COMMON_CIPHER]],
  [1112, ['server-name', 'the server knows no such host name']],
]);

/**
 * Alerts with which a server tells that it wants a client certificate, or does not accept ours: bad, unsupported,
 * revoked, expired, unknown, unknown authority, access denied, required (RFC 8446, section 6.2).
 */
const CLIENT_CERTIFICATE_ALERTS: ReadonlySet<number> = new Set([
  1042, 1043, 1044, 1045, 1046, 1048, 1049, 1116,
]);
/** What TLS 1.2 says for want of a client certificate, and for want of a cipher: nobody can tell which. */
const HANDSHAKE_FAILURE = 1040;

/** The failure behind an error of a TLS connection; undefined where it is none. */
export function failureOfTls(
  code: string,
  message: string,
  withCertificate: boolean,
): ExchangeFailure | undefined {
  const reason = tlsReasonOf(message);
  if (reason !== undefined) {
    return failureOfHandshake(reason, withCertificate);
  }
  const row = code === 'UNSPECIFIED' ? unspecified(message) : CERTIFICATE_FAULTS[code];
  if (row !== undefined) {
    return tlsFailure(row, code);
  }
  return code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')
    ? tlsFailure(['handshake', 'the TLS handshake failed'], code)
    : undefined;
}

/** A server that closes the connection in the handshake after it has seen our certificate does not say why. */
export function failureOfCutHandshake(): ExchangeFailure {
  return tlsFailure(
    ['client-certificate-unclear', 'the server closed the connection during the handshake'],
    'ECONNRESET',
  );
}

/** A server that closes the connection under TLS 1.3 after a handshake without our certificate. */
export function failureOfLateCertificate(what: string): ExchangeFailure {
  return { kind: 'tls', fault: 'client-certificate-late', detail: what };
}

function failureOfHandshake(reason: number, withCertificate: boolean): ExchangeFailure {
  if (CLIENT_CERTIFICATE_ALERTS.has(reason)) {
    return { kind: 'unauthorized', offered: ['certificate'], sent: withCertificate ? 'certificate' : 'none' };
  }
  const code = `OpenSSL ${reason}`;
  if (reason !== HANDSHAKE_FAILURE) {
    return tlsFailure(HANDSHAKE_FAULTS.get(reason) ?? ['handshake', 'the TLS handshake failed'], code);
  }
  return withCertificate
    ? tlsFailure(['client-certificate-unclear', 'the server ended the handshake'], code)
    : tlsFailure(['unclear', 'no common cipher, or a client certificate is wanted'], code);
}

function unspecified(message: string): Row {
  const known = Object.entries(UNSPECIFIED_FAULTS).find(([words]) => message.startsWith(words));
  return known?.[1] ?? ['certificate', 'the certificate does not pass the checks of OpenSSL'];
}

function tlsFailure([fault, what]: Row, code: string): ExchangeFailure {
  return { kind: 'tls', fault, detail: `${what} (${code})` };
}

/**
 * OpenSSL's number for what ended a handshake. It stands in the message alone: in `code` Node says EPROTO where it was
 * writing, else a name that changes with OpenSSL (ERR_SSL_SSLV3_ALERT_… has become ERR_SSL_SSL/TLS_ALERT_…).
 */
function tlsReasonOf(message: string): number | undefined {
  const found = /:error:0A([0-9A-F]{6}):SSL routines:/.exec(message);
  return found?.[1] === undefined ? undefined : Number.parseInt(found[1], 16);
}
