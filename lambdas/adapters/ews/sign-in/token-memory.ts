import { createHash } from 'node:crypto';
import type { TokenRefresh } from '#domain/model/credentials.ts';

export interface RefreshedToken {
  readonly accessToken: string;
  readonly expiresAtMs: number;
  /** Where the server rotated it: the one to seal from now on. */
  readonly refreshToken?: string | undefined;
}

export interface RememberedToken {
  /** Undefined where the server refused it. */
  readonly accessToken: string | undefined;
  /** The rotated refresh token, as long as no seal with it has come back. */
  readonly refreshToken: string | undefined;
}

/**
 * Refreshed access tokens in this function instance's memory, until they end and nowhere else. Beside one stands
 * the refresh token that came with it, where the server rotates: the one in the seal is spent, and if no fresh
 * seal came about, only this memory can still sign in. It goes as soon as a seal with it comes back, and with the
 * access token at the latest. Keyed by a hash of the refresh token and where it is used, so that knowing one
 * user's address finds nobody's token.
 */
export interface TokenMemory {
  /** What is remembered for the refresh token of a seal. */
  find(sealed: TokenRefresh): RememberedToken | undefined;
  /** For each of these: the one in the seal and the one that was spent, often the same. */
  keep(spent: readonly TokenRefresh[], token: RefreshedToken): void;
  /** The access token is of no use. */
  refuse(sealed: TokenRefresh): void;
  forget(refreshes: readonly TokenRefresh[]): void;
}

interface Entry {
  accessToken: string | undefined;
  refreshToken: string | undefined;
  readonly endsAtMs: number;
  /** Keys of what this one's refresh token replaced. */
  readonly replaced: readonly string[];
}

const MOST_TOKENS = 500;
/** A token that ends within this time is as good as expired. */
export const TOKEN_MARGIN_MS = 60_000;
/** What a timer of Node can count. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** False where nobody knows the end: then the server says whether the token is still good. */
export function hasEnded(expiresAt: string, nowMs: number): boolean {
  return Date.parse(expiresAt) - TOKEN_MARGIN_MS <= nowMs;
}

/** `later` runs work after so many milliseconds, and keeps no process alive for it. */
export function createTokenMemory(
  now: () => number,
  later: (work: () => void, delayMs: number) => void = laterUnref,
): TokenMemory {
  const entries = new Map<string, Entry>();

  function purge(): void {
    for (const [key, { endsAtMs }] of entries) {
      if (endsAtMs <= now()) {
        entries.delete(key);
      }
    }
  }

  /** At its end an entry goes by itself: the next request may be hours away. */
  function endLater(endsAtMs: number): void {
    const delayMs = Math.min(Math.max(endsAtMs - now(), 0), LONGEST_DELAY_MS);
    later(() => {
      purge();
      if (endsAtMs > now()) {
        endLater(endsAtMs);
      }
    }, delayMs);
  }

  function keep(spent: readonly TokenRefresh[], token: RefreshedToken): void {
    purge();
    const { accessToken, refreshToken } = token;
    const endsAtMs = token.expiresAtMs - TOKEN_MARGIN_MS;
    const replaced = spent.filter(
      (refresh) => refreshToken !== undefined && refresh.refreshToken !== refreshToken,
    );
    const replacedKeys = replaced.map(keyOf);
    for (const refresh of spent) {
      const newest = replaced.includes(refresh) ? refreshToken : undefined;
      put(keyOf(refresh), { accessToken, refreshToken: newest, endsAtMs, replaced: [] });
    }
    for (const refresh of replaced) {
      const key = keyOf({ ...refresh, refreshToken: refreshToken ?? '' });
      put(key, { accessToken, refreshToken: undefined, endsAtMs, replaced: replacedKeys });
    }
    endLater(endsAtMs);
  }

  function put(key: string, entry: Entry): void {
    entries.set(key, entry);
    const [oldest] = entries.keys();
    if (entries.size > MOST_TOKENS && oldest !== undefined) {
      entries.delete(oldest);
    }
  }

  function find(sealed: TokenRefresh): RememberedToken | undefined {
    purge();
    const entry = entries.get(keyOf(sealed));
    for (const key of entry?.replaced ?? []) {
      const former = entries.get(key);
      if (former !== undefined) {
        former.refreshToken = undefined;
      }
    }
    return entry && { accessToken: entry.accessToken, refreshToken: entry.refreshToken };
  }

  function refuse(sealed: TokenRefresh): void {
    const entry = entries.get(keyOf(sealed));
    if (entry?.refreshToken === undefined) {
      entries.delete(keyOf(sealed));
    } else {
      entry.accessToken = undefined;
    }
  }

  function forget(refreshes: readonly TokenRefresh[]): void {
    for (const refresh of refreshes) {
      entries.delete(keyOf(refresh));
    }
  }

  return { find, keep, refuse, forget };
}

function laterUnref(work: () => void, delayMs: number): void {
  setTimeout(work, delayMs).unref();
}

function keyOf({ tokenEndpoint, clientId, refreshToken, scope }: TokenRefresh): string {
  return createHash('sha256')
    .update(JSON.stringify([tokenEndpoint, clientId, refreshToken, scope]))
    .digest('base64');
}
