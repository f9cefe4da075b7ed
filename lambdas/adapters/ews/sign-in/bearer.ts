import type { Credentials, ExchangeAuth, SignInScheme } from '#domain/model/credentials.ts';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import type { Connection, HttpOutcome, HttpRequest } from '../outgoing/connection.ts';
import type { EwsWorld } from '../world.ts';
import type { RemainingMs, SignIn } from './sign-in.ts';
import { inTurn, withHeader } from './sign-in.ts';
import { refreshToken } from './token-endpoint.ts';
import { hasEnded } from './token-memory.ts';

type BearerAuth = Extract<ExchangeAuth, { readonly type: 'bearer' }>;
type Token =
  | { readonly ok: true; readonly accessToken: string }
  | { readonly ok: false; readonly failure: ExchangeFailure };

const SCHEME: SignInScheme = 'bearer';

/**
 * RFC 6750. Where the credentials carry a refresh token, an access token that has ended, or that the server
 * refuses, is refreshed inside the request, at most once; without one, a 401 is final.
 */
export function bearerSignIn(credentials: Credentials, auth: BearerAuth, world: EwsWorld): SignIn {
  const sealed = auth.refresh;
  let refresh = sealed;
  let rotated: Credentials | undefined;
  let current: string | undefined;
  let refreshed = false;
  /** The tokens at hand were refused: nothing but a fresh one is sent from now on. */
  let spent = false;
  let refusedForGood: ExchangeFailure | undefined;

  function adoptRotation(newRefreshToken: string | undefined): void {
    if (refresh !== undefined && newRefreshToken !== undefined && newRefreshToken !== refresh.refreshToken) {
      refresh = { ...refresh, refreshToken: newRefreshToken };
      rotated = { ...credentials, auth: { ...auth, refresh } };
    }
  }

  /** The client's own token while it lasts, then the one in memory, then a fresh one. */
  async function firstToken(remainingMs: RemainingMs): Promise<Token> {
    const remembered = sealed && world.tokens.find(sealed);
    if (remembered !== undefined) {
      adoptRotation(remembered.refreshToken);
      const { accessToken } = remembered;
      return accessToken === undefined ? renew(remainingMs) : { ok: true, accessToken };
    }
    return refresh !== undefined && hasEnded(auth.expiresAt, world.now())
      ? renew(remainingMs)
      : { ok: true, accessToken: auth.accessToken };
  }

  async function renew(remainingMs: RemainingMs): Promise<Token> {
    const used = refresh;
    if (sealed === undefined || used === undefined || refreshed) {
      return { ok: false, failure: { kind: 'unauthorized', offered: [SCHEME], sent: SCHEME } };
    }
    if (refusedForGood !== undefined) {
      return { ok: false, failure: refusedForGood };
    }
    const result = await refreshToken(used, world, remainingMs);
    if (!result.ok) {
      if (result.failure.kind === 'refresh-refused') {
        refusedForGood = result.failure;
        if (result.failure.unclear !== true) {
          world.tokens.forget([sealed, used]);
        }
      }
      return result;
    }
    refreshed = true;
    adoptRotation(result.token.refreshToken);
    // A server that names none goes on with the one that was used, which need not be the one in the seal.
    const newest = result.token.refreshToken ?? used.refreshToken;
    world.tokens.keep([sealed, used], { ...result.token, refreshToken: newest });
    return { ok: true, accessToken: result.token.accessToken };
  }

  async function send(
    connection: Connection,
    request: HttpRequest,
    remainingMs: RemainingMs,
  ): Promise<HttpOutcome> {
    if (current === undefined) {
      const token = spent ? await renew(remainingMs) : await firstToken(remainingMs);
      if (!token.ok) {
        return token;
      }
      current = token.accessToken;
    }
    const outcome = await sendWith(current, connection, request, remainingMs);
    if (!outcome.ok || outcome.answer.status !== 401 || sealed === undefined || refreshed) {
      return outcome;
    }
    world.tokens.refuse(sealed);
    current = undefined;
    spent = true;
    return send(connection, request, remainingMs);
  }

  return { scheme: SCHEME, send: inTurn(send), rotated: () => rotated };
}

function sendWith(
  accessToken: string,
  connection: Connection,
  request: HttpRequest,
  remainingMs: RemainingMs,
): Promise<HttpOutcome> {
  return connection.send(withHeader(request, 'authorization', `Bearer ${accessToken}`), remainingMs());
}
