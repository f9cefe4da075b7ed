import { createHash, timingSafeEqual } from 'node:crypto';
import { type Outcome, refuse } from '../errors.ts';
import type { ApiTokenStore } from '../ports/store.ts';
import type { Clock } from '../ports/system.ts';

const CACHE_MS = 60_000;
const REREAD_MS = 5_000;

/** Accepts the value of the `ApiToken` header, or refuses with API_TOKEN_INVALID. */
export type AuthorizeClient = (header: string | undefined) => Promise<Outcome<void>>;

/**
 * Compares SHA-256 hashes in constant time against all valid tokens. Hashes are kept for 60 s, so a revoked
 * token works no longer than that; a token that is not among them makes us look again, at most every 5 s, so
 * that a new token works at once while guessing costs the database nothing.
 */
export function createAuthorizeClient(tokens: ApiTokenStore, clock: Clock): AuthorizeClient {
  let hashes: readonly Uint8Array[] = [];
  let readAt = Number.NEGATIVE_INFINITY;

  async function read(): Promise<void> {
    hashes = await tokens.validHashes();
    readAt = clock.now();
  }

  function isKnown(hash: Uint8Array): boolean {
    let known = false;
    // No early exit: the time must not tell which token was nearly right.
    for (const valid of hashes) known = timingSafeEqual(valid, hash) || known;
    return known;
  }

  return async (header) => {
    if (header === undefined || header === '')
      return refuse(
        'API_TOKEN_INVALID',
        'Send the header `ApiToken` with the token that the administrator created (ENSAPIToken).',
      );
    const hash = createHash('sha256').update(header).digest();
    if (clock.now() - readAt > CACHE_MS) await read();
    if (!isKnown(hash) && clock.now() - readAt > REREAD_MS) await read();
    if (isKnown(hash)) return { ok: true, value: undefined };
    return refuse(
      'API_TOKEN_INVALID',
      'The token in the header `ApiToken` is unknown or revoked. Compare it with ENSAPIToken in the client configuration, or create a new one with `ens tokens create`.',
    );
  };
}
