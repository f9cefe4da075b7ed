import { basicBehind } from './credential-rules.ts';
import type { Credentials } from './credentials.ts';

/**
 * The account that these credentials sign in, in one spelling: `DOMAIN\ann`, `domain/ann`, `ann@example.com` and `Ann`
 * may all be the same, and a directory alone could tell. Undefined where no password is sent.
 */
export function accountName({ auth }: Credentials): string | undefined {
  switch (auth.type) {
    case 'basic':
    case 'ntlm':
      return bareName(auth.username);
    case 'bearer':
      return undefined;
    case 'certificate': {
      const basic = basicBehind(auth);
      return basic && bareName(basic.username);
    }
  }
}

/** An e-mail address in the spelling that it is counted under. */
export function plainAddress(email: string): string {
  return plain(email);
}

function bareName(username: string): string {
  const name = plain(username);
  const unqualified = name.slice(Math.max(name.lastIndexOf('\\'), name.lastIndexOf('/')) + 1);
  const at = unqualified.indexOf('@');
  return at > 0 ? unqualified.slice(0, at) : unqualified;
}

/** Full-width forms as ASCII, without case, blanks, control characters and what nobody sees. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .toLowerCase();
}
