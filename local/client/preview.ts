import { randomUUID } from 'node:crypto';
import { compactDecrypt, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import * as z from 'zod';

/** What a sealed preview says. A missing member may not be shown; an empty one says that the mail has none. */
const preview = z.object({
  sender: z.string().optional(),
  subject: z.string().optional(),
  thread: z.string().optional(),
  item: z.string().optional(),
});
export type Preview = z.infer<typeof preview>;

export interface PreviewKeys {
  readonly publicJwk: JWK;
  /** Stays on the phone. */
  readonly privateJwk: JWK;
}

/** A fresh EC P-256 pair, as an app makes it in its keychain. */
export async function makePreviewKeys(): Promise<PreviewKeys> {
  const pair = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
  const kid = randomUUID();
  return {
    publicJwk: { ...(await exportJWK(pair.publicKey)), kid },
    privateJwk: { ...(await exportJWK(pair.privateKey)), kid },
  };
}

/** Opens a preview as the app's notification extension does; undefined where it is not for this key. */
export async function openPreview(jwe: string, { privateJwk }: PreviewKeys): Promise<Preview | undefined> {
  try {
    const key = await importJWK(privateJwk, 'ECDH-ES');
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: ['ECDH-ES'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return preview.parse(JSON.parse(new TextDecoder().decode(plaintext)));
  } catch {
    return undefined;
  }
}
