import { z } from 'zod';

const instant = z.iso.datetime().describe('RFC 3339, UTC');

/** 200 of `POST /getpublickey`. */
export const publicKeyReply = z.object({
  keyId: z.uuid().describe('`kid` for the header of the JWE'),
  publicKey: z
    .object({
      kty: z.literal('RSA'),
      n: z.string(),
      e: z.string(),
      kid: z.uuid(),
      use: z.literal('enc'),
      alg: z.literal('RSA-OAEP-256'),
    })
    .describe('JWK (RFC 7517)'),
  pem: z.string().describe('The same key as SPKI in PEM'),
  algorithm: z.literal('RSA-OAEP-256'),
  encryption: z.literal('A256GCM'),
  renewAfter: instant.describe('From then on a newer key is likely to exist'),
  challenge: z.string().describe('Goes into the JWE of one registration'),
  challengeExpiresAt: instant.describe('By our clock; ten minutes after this answer'),
});

/** 201 (new) or 200 (renewed) of `POST /register`. */
export const registerReply = z.object({
  registrationId: z.uuid(),
  status: z.literal('active'),
  ewsUrl: z.string().describe('As given or as discovered'),
  renewAfter: instant.describe('Register again from then on, with fresh credentials'),
  expiresAt: instant.describe('Forgotten then, unless registered again'),
});

/** 200 of `GET /register/{registrationId}`. */
export const checkInReply = z.object({
  registrationId: z.uuid(),
  status: z.enum(['active', 'lost', 'credentials-rejected', 'device-gone']),
  lastSeenAt: instant.nullable().describe('When Exchange last called for this mailbox'),
  renewAfter: instant,
});
