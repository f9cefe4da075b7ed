import { expect, test } from '@jest/globals';
import { refuseTls } from '#domain/registration/refuse-tls.ts';

test.each([
  ['certificate-time', /Renew the certificate/],
  ['certificate-name', /host name that the certificate names/],
  ['certificate-chain', /intermediate certificates.*extraCaFile/],
  ['certificate-key', /2048 bits/],
  ['certificate-signature', /SHA-256/],
  ['certificate', /extraCaFile/],
  ['protocol', /Switch TLS 1\.2 or TLS 1\.3 on/],
  ['key-exchange', /ECDHE, or Diffie-Hellman/],
  ['renegotiation', /secure renegotiation/],
  ['cipher', /usual ciphers/],
  ['not-tls', /port of the EWS URL/],
  ['server-name', /host name of the EWS URL/],
  ['unclear', /wants a client certificate, let the phones/],
  ['client-certificate-unclear', /authority is trusted there/],
  ['client-certificate-late', /ask in the first handshake.*or allow TLS 1\.2/],
  ['handshake', /TLS log of the server/],
] as const)('the TLS fault %s is a refusal with its own advice', (fault, advice) => {
  const { refusal } = refuseTls(fault, 'what was seen (CODE)');
  expect(refusal.code).toBe('EWS_TLS_FAILED');
  expect(refusal.detail).toContain('what was seen (CODE)');
  expect(refusal.detail).toMatch(advice);
  if (!fault.includes('certificate')) expect(refusal.detail).not.toMatch(/install|Issue|Renew/i);
});
