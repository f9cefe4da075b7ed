import { randomBytes } from 'node:crypto';
import type { Mailbox } from '../mailbox/types.ts';
import type { Modes } from '../modes.ts';

export interface IssuedTokens {
  readonly accessToken: string;
  /** Epoch ms, the world's clock. */
  readonly expiresAt: number;
  readonly expiresInSeconds: number;
  readonly refreshToken?: string | undefined;
}

/** The authorisation server: opaque access tokens that expire, refresh tokens that rotate (RFC 6749 section 6). */
export interface Tokens {
  issue(mailbox: Mailbox, wish?: TokenWish): IssuedTokens;
  /** Whose token it is; undefined where it is unknown, revoked or expired. */
  owner(accessToken: string): Mailbox | undefined;
  /** New tokens for a refresh token, or undefined (`invalid_grant`). */
  refresh(refreshToken: string, clientId: string): IssuedTokens | undefined;
  revokeAll(mailbox: Mailbox): void;
}

export interface TokenWish {
  /** Default one hour. */
  readonly lifetimeSeconds?: number | undefined;
  /** Characters of the access token. Default 1500, as those of Entra ID. */
  readonly accessTokenLength?: number | undefined;
  readonly refreshTokenLength?: number | undefined;
  readonly clientId?: string | undefined;
}

export function createTokens(options: { now(): number; modes: Modes }): Tokens {
  const access = new Map<string, { readonly mailbox: Mailbox; readonly expiresAt: number }>();
  const refreshing = new Map<string, { readonly mailbox: Mailbox; readonly wish: TokenWish }>();

  function issue(mailbox: Mailbox, wish: TokenWish, refreshToken: string | undefined): IssuedTokens {
    const expiresInSeconds = wish.lifetimeSeconds ?? 3_600;
    const expiresAt = options.now() + expiresInSeconds * 1_000;
    const accessToken = randomText(wish.accessTokenLength ?? 1_500);
    access.set(accessToken, { mailbox, expiresAt });
    if (refreshToken !== undefined) refreshing.set(refreshToken, { mailbox, wish });
    return { accessToken, expiresAt, expiresInSeconds, refreshToken };
  }

  return {
    issue: (mailbox, wish = {}) => issue(mailbox, wish, randomText(wish.refreshTokenLength ?? 900)),
    owner(accessToken) {
      const found = access.get(accessToken);
      return found !== undefined && found.expiresAt > options.now() ? found.mailbox : undefined;
    },
    refresh(refreshToken, clientId) {
      const found = refreshing.get(refreshToken);
      if (found === undefined || (found.wish.clientId !== undefined && found.wish.clientId !== clientId))
        return undefined;
      const { refreshRotation } = options.modes;
      if (refreshRotation === 'strict') refreshing.delete(refreshToken);
      const next = refreshRotation === 'none' ? undefined : randomText(found.wish.refreshTokenLength ?? 900);
      return issue(found.mailbox, found.wish, next);
    },
    revokeAll(mailbox) {
      for (const [token, entry] of access) if (entry.mailbox === mailbox) access.delete(token);
      for (const [token, entry] of refreshing) if (entry.mailbox === mailbox) refreshing.delete(token);
    },
  };
}

function randomText(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length);
}
