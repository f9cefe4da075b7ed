import { ntlmAccount } from '#domain/model/credential-rules.ts';

/** Said instead of this machine's name, which is nobody's business. */
const WORKSTATION = 'ENS';
/** The library writes into a fixed kilobyte; fixed parts and hashes take about 200 bytes of it. */
const ROOM_BYTES = 800;

export type NtlmReply =
  | { readonly ok: true; readonly header: string }
  /** A code of ours: nothing was sent. */
  | { readonly ok: false; readonly code: string };

type NtlmUser = { readonly username: string; readonly password: string; readonly domain: string };

/** Authorization value of the first message. */
export async function openingMessage(): Promise<string> {
  const { default: client } = await import('@ewsjs/ntlm-client');
  return client.createType1Message(WORKSTATION, '');
}

/**
 * Authorization value that answers the challenge in a WWW-Authenticate value. Refuses NTLMv1 and challenges
 * that the library would misread, before anything derived from the password exists.
 */
export async function replyTo(wwwAuthenticate: string, user: NtlmUser): Promise<NtlmReply> {
  const challenge = /(?:^|,)\s*(NTLM\s+[A-Za-z0-9+/]+=*)/i.exec(wwwAuthenticate)?.[1];
  if (challenge === undefined) {
    return { ok: false, code: 'NtlmNoChallenge' };
  }
  const { default: client } = await import('@ewsjs/ntlm-client');
  const { username, domain } = ntlmAccount(user);
  if (!/^[\x20-\x7e]+$/.test(username) || !/^[\x20-\x7e]*$/.test(domain ?? '')) {
    return { ok: false, code: 'NtlmNameNotAscii' };
  }
  try {
    const type2 = client.decodeType2Message(challenge.replace(/^NTLM\s+/i, 'NTLM '));
    const info = type2.targetInfo?.buffer;
    if (type2.version !== 2 || info === undefined) {
      return { ok: false, code: 'NtlmV1Refused' };
    }
    const names = username.length + (domain ?? type2.targetName).length + WORKSTATION.length;
    if (info.length + 2 * names > ROOM_BYTES) {
      return { ok: false, code: 'NtlmChallengeTooLong' };
    }
    return {
      ok: true,
      header: client.createType3Message(type2, username, user.password, WORKSTATION, domain),
    };
  } catch {
    return { ok: false, code: 'NtlmChallengeUnreadable' };
  }
}
