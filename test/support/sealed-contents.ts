import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { SealedContent } from '#domain/model/credentials.ts';
import { asId, type SubscriptionId } from '#domain/model/ids.ts';

export const SUBSCRIPTION = asId<SubscriptionId>('aaaaaaaa-0000-4000-8000-000000000001');

const MAILBOX = {
  subscriptionId: SUBSCRIPTION,
  email: 'ann@example.com',
  ewsUrl: 'https://mail.example.com/EWS/Exchange.asmx',
};

/** A password of that many characters: small unless it is very long. */
export function basic(passwordLength: number): SealedContent {
  const auth = { type: 'basic', username: 'EXAMPLE\\ann', password: 'p'.repeat(passwordLength) } as const;
  return { ...MAILBOX, auth };
}

/** Tokens of 2.5 KB and 1.2 KB. */
export function bearer(): SealedContent {
  const auth = {
    type: 'bearer',
    accessToken: randomBytes(1900).toString('base64url'),
    expiresAt: '2026-11-22T14:00:00Z',
    refresh: {
      tokenEndpoint: 'https://login.example.com/token',
      clientId: 'client',
      refreshToken: randomBytes(900).toString('base64url'),
      scope: 'EWS.AccessAsUser.All',
    },
  } as const;
  return { ...MAILBOX, auth };
}

/** RSA-4096 key with a chain of two certificates. */
export function certificate(): SealedContent {
  const key = generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey;
  const one = `-----BEGIN CERTIFICATE-----\n${randomBytes(1500).toString('base64')}\n-----END CERTIFICATE-----\n`;
  const privateKey = key.export({ format: 'pem', type: 'pkcs8' }).toString();
  const auth = { type: 'certificate', certificate: one + one, privateKey } as const;
  return { ...MAILBOX, auth };
}
