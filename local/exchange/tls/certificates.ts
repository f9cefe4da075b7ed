import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { bits, boolean, context, explicit, integer, octets, oid, sequence, set, time, utf8 } from './der.ts';

/** A certificate with its key, both PEM. */
export interface Identity {
  readonly certificate: string;
  readonly privateKey: string;
  /** SHA-256 of the certificate, hex, as a mailbox keeps it. */
  readonly sha256: string;
}

export interface CertificateWish {
  readonly commonName: string;
  /** Names and IPv4 addresses that the certificate is for. */
  readonly hosts?: readonly string[] | undefined;
  /** Modulus bits of an RSA key; default an EC key on P-256. */
  readonly rsaBits?: number | undefined;
  /** Epoch ms. Default: now until in ten years. */
  readonly notBefore?: number | undefined;
  readonly notAfter?: number | undefined;
}

/** An authority of the local world or of one test. */
export interface Authority {
  /** PEM of its own certificate. */
  readonly certificate: string;
  /** PEM of its key, for whoever keeps it. */
  readonly privateKey: string;
  issue(wish: CertificateWish): Identity;
}

const OIDS = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  subjectAltName: '2.5.29.17',
} as const;

const YEAR_MS = 31_557_600_000;

export function createAuthority(commonName = 'Simulated Exchange Authority'): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = make({ commonName }, commonName, keys.publicKey, keys.privateKey, true);
  return openAuthority(certificate, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}

/** An authority that was made before, from its certificate and key (both PEM). */
export function openAuthority(certificate: string, privateKey: string): Authority {
  const commonName = new X509Certificate(certificate).subject.replace(/^CN=/, '');
  const signer = createPrivateKey(privateKey);
  return {
    certificate,
    privateKey,
    issue(wish) {
      const own =
        wish.rsaBits === undefined
          ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
          : generateKeyPairSync('rsa', { modulusLength: wish.rsaBits });
      const pem = make(wish, commonName, own.publicKey, signer, false);
      return {
        certificate: pem,
        privateKey: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        sha256: new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase(),
      };
    },
  };
}

/** X.509 version 3 (RFC 5280), signed with ECDSA and SHA-256. */
function make(
  wish: CertificateWish,
  issuer: string,
  publicKey: KeyObject,
  signer: KeyObject,
  isAuthority: boolean,
): string {
  const algorithm = sequence(oid(OIDS.ecdsaWithSha256));
  const name = (text: string) => sequence(set(sequence(oid(OIDS.commonName), utf8(text))));
  const now = Date.now();
  const validity = sequence(
    time(wish.notBefore ?? now - 86_400_000),
    time(wish.notAfter ?? now + 10 * YEAR_MS),
  );
  const constraints = sequence(
    oid(OIDS.basicConstraints),
    boolean(true),
    octets(isAuthority ? sequence(boolean(true)) : sequence()),
  );
  const hosts = (wish.hosts ?? []).map((host) =>
    /^[\d.]+$/.test(host)
      ? context(7, Buffer.from(host.split('.').map(Number)))
      : context(2, Buffer.from(host, 'ascii')),
  );
  const alternative =
    hosts.length === 0 ? [] : [sequence(oid(OIDS.subjectAltName), octets(sequence(...hosts)))];
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name(issuer),
    validity,
    name(wish.commonName),
    createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })).export({
      type: 'spki',
      format: 'der',
    }),
    explicit(3, sequence(constraints, ...alternative)),
  );
  const der = sequence(body, algorithm, bits(sign('sha256', body, signer)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
