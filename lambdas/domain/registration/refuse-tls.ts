import { refuse } from '../errors.ts';
import type { TlsFault } from '../ports/exchange.ts';

const ADVICE: Readonly<Record<TlsFault, string>> = {
  'certificate-time': 'Renew the certificate of the server, and check the clock of whoever issued it.',
  'certificate-name':
    'Give the EWS URL the host name that the certificate names, or install a certificate that names this host.',
  'certificate-chain':
    'Install the certificate together with its intermediate certificates, from a public authority, or add your own authority with the setting extraCaFile.',
  'certificate-key':
    'Issue a new certificate: RSA keys need at least 2048 bits, EC keys at least 224, for every authority in the chain as well.',
  'certificate-signature':
    'Issue a new certificate that is signed with SHA-256 or better, by an authority whose own certificate is as well.',
  certificate:
    'Install a certificate for servers from a public authority, or of your own authority with the setting extraCaFile.',
  protocol:
    'Switch TLS 1.2 or TLS 1.3 on at the server, or at the proxy in front of it; the certificate is not the matter.',
  'key-exchange':
    'Let the server, or the proxy in front of it, offer ECDHE, or Diffie-Hellman with at least 2048 bits; the certificate is not the matter.',
  renegotiation:
    'Update the server, or the proxy in front of it, so that it knows secure renegotiation; the certificate is not the matter.',
  cipher:
    'Let the server, or the proxy in front of it, offer usual ciphers such as ECDHE with AES-GCM; the certificate is not the matter.',
  'not-tls': 'Check the port of the EWS URL: EWS is served over https, usually on port 443.',
  'server-name':
    'Check the host name of the EWS URL, and that the server or the proxy in front of it is configured for that name.',
  unclear:
    'Let the server offer TLS 1.2 or later with usual ciphers; where it wants a client certificate, let the phones sign in with one.',
  'client-certificate-unclear':
    'It may not accept the client certificate: check that its authority is trusted there and that it has not expired; else compare the ciphers.',
  'client-certificate-late':
    'It seems to ask for the client certificate after the handshake, which TLS 1.3 in ENS does not offer. Let it ask in the first handshake (IIS: "Negotiate Client Certificate" of the binding; Apache: SSLVerifyClient outside of Location), or allow TLS 1.2.',
  handshake: 'Look at the TLS log of the server, or of the proxy in front of it.',
};

/** Refusal for what is wrong with the TLS of a server, with advice for that kind of fault alone. */
export function refuseTls(fault: TlsFault, detail: string): ReturnType<typeof refuse> {
  return refuse('EWS_TLS_FAILED', `No secure connection to the server: ${detail}. ${ADVICE[fault]}`);
}
