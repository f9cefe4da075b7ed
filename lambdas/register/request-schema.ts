import { z } from 'zod';
import { deviceId } from '#adapters/jose/credentials-schema.ts';
import { CONTENT_LEVELS, PLATFORMS } from '#domain/model/preferences.ts';

const coordinate = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .describe('base64url, 32 bytes');
const keyId = z
  .string()
  .max(128)
  .regex(/^[\x21-\x7e]+$/)
  .optional();

const previewKey = z.discriminatedUnion('kty', [
  z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: coordinate, y: coordinate, kid: keyId }),
  z.object({ kty: z.literal('OKP'), crv: z.literal('X25519'), x: coordinate, kid: keyId }),
]);

/** Body of `POST /register`. Members that we do not know are ignored. */
export const registerBody = z.object({
  device: z.object({
    id: deviceId,
    platform: z.enum(PLATFORMS),
    token: z.string().min(1).max(8_192).describe('Push token as the operating system gave it'),
  }),
  mailbox: z
    .object({
      ewsUrl: z
        .string()
        .trim()
        .max(2_048)
        .optional()
        .describe('EWS URL, path /EWS/Exchange.asmx; without it autodiscover finds it'),
      emailHash: z.string().max(1_024).optional().describe('Accepted and ignored'),
    })
    .default({}),
  credentials: z
    .string()
    .min(1)
    .describe(
      'Compact JWE, RSA-OAEP-256 and A256GCM, 16 KB at most, of {"email","auth","challenge","device"}',
    ),
  preferences: z
    .object({
      content: z.enum(CONTENT_LEVELS).default('subject-and-sender'),
      badge: z.boolean().default(true),
      sound: z.boolean().default(true),
      previewKey: previewKey.optional().describe('Key of the notification extension'),
    })
    .default({ content: 'subject-and-sender', badge: true, sound: true }),
});

/** Body of `POST /getpublickey`. */
export const publicKeyBody = z.object({
  emailHash: z.string().max(1_024).optional().describe('Accepted and ignored, never stored'),
});
