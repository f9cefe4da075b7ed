import { z } from 'zod';
import { MAIL_ADDRESS, MAIL_ADDRESS_CHARACTERS } from '#domain/model/mail-address.ts';
import { PLATFORMS } from '#domain/model/preferences.ts';

/** Goes into an HTTP header as it is, so it may hold nothing that could end one. */
const token = z.string().regex(/^[\x21-\x7e]+$/);
const pem = (label: string) => z.string().regex(new RegExp(`-----BEGIN [A-Z ]*${label}-----`));
/** No C0 control characters or DEL. */
const line = z.string().regex(/^[^\p{Cc}]+$/u);

/** RFC 7617, section 2: a colon would move the border between user name and password. */
const basicName = line.max(512).regex(/^[^:]+$/);
const password = z.string().min(1).max(1024);

const basic = z.object({
  type: z.literal('basic'),
  username: basicName,
  password,
});

const ntlm = z.object({
  type: z.literal('ntlm'),
  username: line.max(512),
  password,
  domain: z.string().max(255),
});

const bearer = z.object({
  type: z.literal('bearer'),
  accessToken: token,
  expiresAt: z.iso.datetime({ offset: true }),
  refresh: z
    .object({
      tokenEndpoint: z.url().max(2048),
      clientId: line.max(512),
      refreshToken: token,
      scope: line.max(2048),
    })
    .optional(),
});

/** User name and password are Basic behind the certificate: half of them would be a failed logon. */
const certificate = z
  .object({
    type: z.literal('certificate'),
    certificate: pem('CERTIFICATE'),
    privateKey: pem('PRIVATE KEY'),
    username: basicName.optional(),
    password: password.optional(),
  })
  .refine((auth) => auth.username === undefined || auth.password !== undefined, { path: ['password'] })
  .refine((auth) => auth.password === undefined || auth.username !== undefined, { path: ['username'] })
  .meta({ dependentRequired: { username: ['password'], password: ['username'] } });

/** The app's own id of its installation, in the request and again inside the JWE. */
export const deviceId = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e]+$/)
  .describe('Stable id that the app chose for this installation');

/** Plaintext inside the client's JWE. Members that we do not know are dropped. */
export const credentialsSchema = z.object({
  email: z.string().max(MAIL_ADDRESS_CHARACTERS).regex(MAIL_ADDRESS),
  auth: z.discriminatedUnion('type', [basic, ntlm, bearer, certificate]),
  challenge: z.string().min(1).max(128).describe('`challenge` of /getpublickey'),
  device: z
    .object({
      id: deviceId,
      platform: z.enum(PLATFORMS),
      tokenSha256: z
        .string()
        .regex(/^[A-Za-z0-9_-]{43}$/)
        .describe('SHA-256 of `device.token` as the request carries it, base64url'),
    })
    .describe('The device of the request'),
  credentialsVersion: z
    .string()
    .regex(/^[\x21-\x7e]{8,128}$/)
    .optional()
    .describe('Random, made anew whenever the credentials change'),
});
