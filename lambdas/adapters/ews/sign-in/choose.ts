import { basicBehind } from '#domain/model/credential-rules.ts';
import type { Credentials } from '#domain/model/credentials.ts';
import type { EwsWorld } from '../world.ts';
import { basicSignIn } from './basic.ts';
import { bearerSignIn } from './bearer.ts';
import { certificateSignIn } from './certificate.ts';
import { ntlmSignIn } from './ntlm.ts';
import type { SignIn } from './sign-in.ts';

/** The way to sign in that these credentials are for. One per mailbox object: NTLM and bearer keep state. */
export function chooseSignIn(credentials: Credentials, world: EwsWorld): SignIn {
  const { auth } = credentials;
  switch (auth.type) {
    case 'basic':
      return basicSignIn(auth.username, auth.password);
    case 'ntlm':
      return ntlmSignIn(auth, world.now);
    case 'bearer':
      return bearerSignIn(credentials, auth, world);
    case 'certificate':
      return certificateSignIn(auth, basicBehind(auth), world.tls12Hosts);
  }
}
