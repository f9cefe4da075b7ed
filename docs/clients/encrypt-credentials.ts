/**
 * What an app does with the answer of /getpublickey before it registers:
 *
 *   encrypt-credentials.ts <file with that answer> <file with {"email","auth"}> <file with the `device` of /register>
 *
 * prints the compact JWE for the `credentials` of /register. It is good for this device, this push token and ten
 * minutes.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CompactEncrypt, importJWK } from 'jose';
import { z } from 'zod';

const [keyFile = '', credentialsFile = '', deviceFile = ''] = process.argv.slice(2);
const answer = z
  .object({
    keyId: z.string(),
    publicKey: z.object({ kty: z.literal('RSA'), n: z.string(), e: z.string() }),
    challenge: z.string(),
  })
  .parse(JSON.parse(readFileSync(keyFile, 'utf8')));
const credentials = z
  .object({ email: z.string(), auth: z.looseObject({ type: z.string() }) })
  .parse(JSON.parse(readFileSync(credentialsFile, 'utf8')));
const { id, platform, token } = z
  .object({ id: z.string(), platform: z.string(), token: z.string() })
  .parse(JSON.parse(readFileSync(deviceFile, 'utf8')));
const tokenSha256 = createHash('sha256').update(token, 'utf8').digest('base64url');
const plaintext = { ...credentials, challenge: answer.challenge, device: { id, platform, tokenSha256 } };
const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(plaintext)))
  .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: answer.keyId })
  .encrypt(await importJWK(answer.publicKey, 'RSA-OAEP-256'));
process.stdout.write(jwe);
