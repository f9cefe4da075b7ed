import type { ExchangeAuth, SignInScheme } from './credentials.ts';
import type { EpochMs } from './subscription.ts';

/** Instant at which these credentials end for good; undefined where they renew themselves or do not end. */
export function endOfCredentials(auth: ExchangeAuth): EpochMs | undefined {
  if (auth.type !== 'bearer' || auth.refresh !== undefined) return undefined;
  return Date.parse(auth.expiresAt);
}

/** An access token without refresh never replaces a password, a certificate or a refresh token. */
export function isDurable(auth: ExchangeAuth): boolean {
  return endOfCredentials(auth) === undefined;
}

/**
 * The account that NTLM signs in: `DOMAIN\user` says both, whatever else is given; else the separate domain, or a UPN,
 * which has none; undefined: the server's own.
 */
export function ntlmAccount({
  username,
  domain,
}: Pick<Extract<ExchangeAuth, { readonly type: 'ntlm' }>, 'username' | 'domain'>): {
  readonly username: string;
  readonly domain: string | undefined;
} {
  const border = username.indexOf('\\');
  if (border >= 0) return { username: username.slice(border + 1), domain: username.slice(0, border) };
  return { username, domain: domain !== '' ? domain : username.includes('@') ? '' : undefined };
}

/** The user name and password behind a client certificate; half of them is none, and never sent. */
export function basicBehind(
  auth: Extract<ExchangeAuth, { readonly type: 'certificate' }>,
): { readonly username: string; readonly password: string } | undefined {
  const { username, password } = auth;
  return username === undefined || password === undefined ? undefined : { username, password };
}

/** Scheme that these credentials are sent with; a bare certificate is shown in TLS, before any scheme. */
export function schemeOf(auth: ExchangeAuth): SignInScheme {
  return auth.type === 'certificate' && basicBehind(auth) !== undefined ? 'basic' : auth.type;
}

/**
 * Whether these credentials may be sent to a server that named these schemes with a 401; none: it sent no such answer.
 * A client certificate is asked for in the TLS handshake and never in WWW-Authenticate; a handshake that demands one
 * ends before the server can say what it wants behind it.
 */
export function mayFit(auth: ExchangeAuth, offered: readonly SignInScheme[]): boolean {
  const sent = schemeOf(auth);
  if (sent === 'certificate' || offered.includes(sent)) return true;
  // IIS takes NTLM messages under Negotiate too.
  if (sent === 'ntlm' && offered.includes('negotiate')) return true;
  return auth.type === 'certificate' && offered.every((scheme) => scheme === 'certificate');
}
