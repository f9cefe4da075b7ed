/**
 * What an app does with the answer of /getpublickey before it registers:
 *
 *   encrypt-credentials.ts <file with that answer> <file with {"email","auth"}>
 *
 * prints the compact JWE for the `credentials` of /register.
 */
import { readFileSync } from 'node:fs';
import { CompactEncrypt, importJWK } from 'jose';
import { z } from 'zod';

const [keyFile = '', credentialsFile = ''] = process.argv.slice(2);
const answer = z
  .object({ keyId: z.string(), publicKey: z.object({ kty: z.literal('RSA'), n: z.string(), e: z.string() }) })
  .parse(JSON.parse(readFileSync(keyFile, 'utf8')));
const jwe = await new CompactEncrypt(readFileSync(credentialsFile))
  .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: answer.keyId })
  .encrypt(await importJWK(answer.publicKey, 'RSA-OAEP-256'));
process.stdout.write(jwe);
