/** A sign-in that stays on this device, if the user wants that: sealed under a key that no script can read. */
import { utf8 } from './encoding.ts';
import type { SignIn } from './seal-credentials.ts';
import { read, readSignIn, write, writeSignIn } from './storage.ts';

export async function keepSignIn(signIn: SignIn): Promise<void> {
  const key = await signInKey();
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const plaintext = utf8(JSON.stringify(signIn));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, plaintext);
  await writeSignIn(signIn.email, { nonce, sealed });
}

/** Undefined where none was kept, or where the browser has lost the key. */
export async function keptSignIn(email: string): Promise<SignIn | undefined> {
  const [key, kept] = await Promise.all([read('signInKey'), readSignIn(email)]);
  if (key === undefined || kept === undefined) return undefined;
  try {
    const plaintext = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.nonce }, key, kept.sealed);
    return JSON.parse(new TextDecoder().decode(plaintext));
  } catch {
    return undefined;
  }
}

async function signInKey(): Promise<CryptoKey> {
  const known = await read('signInKey');
  if (known !== undefined) return known;
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  await write('signInKey', made);
  return made;
}
