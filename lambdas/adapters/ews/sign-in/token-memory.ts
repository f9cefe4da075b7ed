import { createHash } from 'node:crypto';
import type { TokenRefresh } from '#domain/model/credentials.ts';

export interface RefreshedToken {
  readonly accessToken: string;
  readonly expiresAtMs: number;
  /** Where the server rotated it: the one to seal from now on. */
  readonly refreshToken?: string | undefined;
}

/**
 * Refreshed access tokens in this function instance's memory, until they expire and nowhere else. Keyed by
 * a hash of the refresh token and where it is used, so that knowing one user's address finds nobody's token.
 */
export interface TokenMemory {
  find(refresh: TokenRefresh): RefreshedToken | undefined;
  keep(refresh: TokenRefresh, token: RefreshedToken): void;
  forget(refresh: TokenRefresh): void;
}

const MOST_TOKENS = 500;
/** A token that ends within this time is as good as expired. */
export const TOKEN_MARGIN_MS = 60_000;

export function createTokenMemory(now: () => number): TokenMemory {
  const tokens = new Map<string, RefreshedToken>();

  function purge(): void {
    for (const [key, token] of tokens) {
      if (token.expiresAtMs - TOKEN_MARGIN_MS <= now()) {
        tokens.delete(key);
      }
    }
  }

  function keep(refresh: TokenRefresh, token: RefreshedToken): void {
    purge();
    tokens.set(keyOf(refresh), token);
    const [oldest] = tokens.keys();
    if (tokens.size > MOST_TOKENS && oldest !== undefined) {
      tokens.delete(oldest);
    }
  }

  function find(refresh: TokenRefresh): RefreshedToken | undefined {
    purge();
    return tokens.get(keyOf(refresh));
  }

  return { find, keep, forget: (refresh) => void tokens.delete(keyOf(refresh)) };
}

function keyOf(refresh: TokenRefresh): string {
  const { tokenEndpoint, clientId, refreshToken, scope } = refresh;
  return createHash('sha256')
    .update(JSON.stringify([tokenEndpoint, clientId, refreshToken, scope]))
    .digest('base64');
}
