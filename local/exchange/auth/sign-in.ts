import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { MailboxStore } from '../mailbox/store.ts';
import type { Mailbox } from '../mailbox/types.ts';
import type { Modes } from '../modes.ts';
import { countLogon, findAccount, samePassword } from './accounts.ts';
import type { Connection, Connections } from './connections.ts';
import { bindsChannel, createChallenge, ntlmMessageType, provesPassword, readAuthenticate } from './ntlm.ts';
import type { Tokens } from './tokens.ts';

export type SignIn =
  | { readonly kind: 'in'; readonly mailbox: Mailbox }
  /** Nobody tried to sign in. */
  | { readonly kind: 'anonymous' }
  /** The first half of NTLM: 401 with this `WWW-Authenticate`. */
  | { readonly kind: 'challenge'; readonly header: string }
  | { readonly kind: 'refused'; readonly header?: string | undefined }
  /** IIS wants to see a client certificate first: 403. */
  | { readonly kind: 'certificate-needed' };

export interface SignInDependencies {
  readonly store: MailboxStore;
  readonly modes: Modes;
  readonly tokens: Tokens;
  readonly connections: Connections;
  now(): number;
}

/** Who sends this request, by whatever the server offers. */
export function signIn(request: IncomingMessage, dependencies: SignInDependencies): SignIn {
  const shown = certificateOf(request);
  const result = byAuthorization(request, dependencies, shown);
  if (result.kind !== 'in') return result;
  const { mailbox } = result;
  if (mailbox.certificateRequired && mailbox.certificateSha256 !== shown)
    return { kind: 'certificate-needed' };
  return result;
}

/** Whether the request says in any way who sends it. */
export function claimsIdentity(request: IncomingMessage, { connections }: SignInDependencies): boolean {
  if (request.headers.authorization !== undefined || certificateOf(request) !== undefined) return true;
  return connections.of(request.socket).ntlmUser !== undefined;
}

function byAuthorization(
  request: IncomingMessage,
  dependencies: SignInDependencies,
  certificate: string | undefined,
): SignIn {
  const { modes, connections, store } = dependencies;
  const connection = connections.of(request.socket);
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ', 2);
  const offered = modes.offers.some((known) => known.toLowerCase() === scheme.toLowerCase());
  if (scheme === '') {
    if (connection.ntlmUser !== undefined) return { kind: 'in', mailbox: connection.ntlmUser };
    const owner = certificate && store.all().find((mailbox) => mailbox.certificateSha256 === certificate);
    const accepted = owner !== undefined && owner !== '' && modes.offers.includes('Certificate');
    return accepted ? { kind: 'in', mailbox: owner } : { kind: 'anonymous' };
  }
  // Whoever sends credentials is no longer the user that NTLM put on this connection.
  connection.ntlmUser = undefined;
  if (!offered) return { kind: 'refused' };
  if (scheme.toLowerCase() === 'basic') return basic(value, dependencies);
  // IIS takes NTLM messages under Negotiate as well, and answers in the same word.
  if (scheme.toLowerCase() === 'ntlm') return ntlm('NTLM', value, dependencies, connection);
  if (scheme.toLowerCase() === 'negotiate') return ntlm('Negotiate', value, dependencies, connection);
  if (scheme.toLowerCase() === 'bearer') return bearer(value, dependencies);
  return { kind: 'refused' };
}

function basic(value: string, { store, modes }: SignInDependencies): SignIn {
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const mailbox = findAccount(store, text.slice(0, colon));
  if (colon < 0 || mailbox === undefined) return { kind: 'refused' };
  const isRight = samePassword(text.slice(colon + 1), mailbox.password);
  return countLogon(mailbox, isRight, modes) ? { kind: 'in', mailbox } : { kind: 'refused' };
}

function ntlm(
  word: 'NTLM' | 'Negotiate',
  value: string,
  { store, modes, now }: SignInDependencies,
  connection: Connection,
): SignIn {
  const message = Buffer.from(value, 'base64');
  if (ntlmMessageType(message) === 1) {
    const { challenge, message: second } = createChallenge(now());
    connection.ntlmChallenge = challenge;
    return { kind: 'challenge', header: `${word} ${second.toString('base64')}` };
  }
  const challenge = connection.ntlmChallenge;
  connection.ntlmChallenge = undefined;
  const answer = readAuthenticate(message);
  // The answer came on another connection than the challenge: it can prove nothing.
  if (challenge === undefined || answer === undefined) return { kind: 'refused' };
  const mailbox = findAccount(store, answer.username, answer.domain);
  if (mailbox === undefined) return { kind: 'refused' };
  const isRight =
    provesPassword(answer, mailbox.password, challenge) &&
    (!modes.extendedProtection || bindsChannel(answer));
  if (!countLogon(mailbox, isRight, modes)) return { kind: 'refused' };
  connection.ntlmUser = mailbox;
  return { kind: 'in', mailbox };
}

function bearer(value: string, { tokens }: SignInDependencies): SignIn {
  const mailbox = tokens.owner(value);
  if (mailbox !== undefined) return { kind: 'in', mailbox };
  return {
    kind: 'refused',
    header: 'Bearer error="invalid_token", error_description="The token is expired or unknown"',
  };
}

/** SHA-256 of the client certificate on this connection, hex. */
function certificateOf(request: IncomingMessage): string | undefined {
  if (!(request.socket instanceof TLSSocket)) return undefined;
  const certificate = request.socket.getPeerX509Certificate();
  return certificate && createHash('sha256').update(certificate.raw).digest('hex');
}
