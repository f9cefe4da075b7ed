import { refuse } from '../errors.ts';
import type { NtlmObstacle, SignInObstacle } from '../ports/exchange.ts';

const NTLM_ADVICE: Readonly<Record<NtlmObstacle, string>> = {
  NtlmV1Refused:
    'The server offers NTLM version 1 only, which ENS never uses. Set LmCompatibilityLevel on the server so that it takes NTLMv2, or use Basic.',
  NtlmNoChallenge:
    'The server offers NTLM but answers its first message without a challenge. A proxy in front of Exchange probably removes it: let it pass NTLM through, or use Basic.',
  NtlmChallengeUnreadable:
    'The NTLM challenge of the server cannot be read. A proxy in front of Exchange probably changes it: let it pass NTLM through, or use Basic.',
  NtlmNamesNotUnicode:
    'The server takes NTLM names in ASCII only, and this user or domain name has other letters. Sign in with the UPN or another name in ASCII, or use Basic.',
  NtlmConnectionNotKept:
    'The connection was closed between the messages of NTLM, which signs in a connection. Let the proxy or load balancer in front of Exchange keep connections open, or use Basic.',
  NtlmKerberosOnly:
    'The server offers Negotiate alone and takes Kerberos only under it, which ENS does not support. Add NTLM (or Basic) to the authentication of the EWS virtual directory.',
};

/** Refusal for credentials that cannot be used at that server; trying again later changes nothing. */
export function refuseObstacle(code: SignInObstacle): ReturnType<typeof refuse> {
  return code === 'ClientCertificateUnreadable'
    ? refuse(
        'CREDENTIALS_UNREADABLE',
        `Inside the JWE, \`auth.certificate\` and \`auth.privateKey\` are no pair that can be used (${code}). Both are PEM: the leaf first, and its own key, RSA or EC, without a passphrase.`,
        { extra: { field: 'auth.certificate' } },
      )
    : refuse(
        'EWS_UNAUTHORIZED',
        `Nothing was sent that depends on the password (${code}). ${NTLM_ADVICE[code]}`,
        {
          extra: { sent: 'ntlm' },
        },
      );
}
