import type { ExchangeAuth } from '#domain/model/credentials.ts';
import type { Exchange, ExchangeMailbox } from '#domain/ports/exchange.ts';
import { inboxAnswer } from './ews-answers.ts';
import { localExchange } from './exchange-adapter.ts';
import type { ScriptedAnswer, ScriptedServer, useScriptedServers } from './scripted-server.ts';

const START_MS = Date.UTC(2026, 10, 22);
export const LATER = new Date(START_MS + 3_600_000).toISOString();
export const EARLIER = new Date(START_MS - 1).toISOString();
/** What `inbox` brings where the token was good. */
export const OK = { ok: true, value: { folderId: 'AAMkInbox=', unreadCount: 3 } };
const INBOX: ScriptedAnswer = { body: inboxAnswer('AAMkInbox=', 3) };
const REFUSED: ScriptedAnswer = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer error="invalid_token", Basic realm="x"' },
};

export interface BearerWorld {
  readonly exchange: ScriptedServer;
  readonly tokens: ScriptedServer;
  readonly clock: { nowMs: number };
  readonly adapter: Exchange;
  auth(accessToken: string, expiresAt: string, refreshToken?: string): ExchangeAuth;
  open(auth: ExchangeAuth): ExchangeMailbox;
}

/** Makes an Exchange that takes these authorizations (bare words: bearer tokens), beside a token endpoint with these answers. */
export function bearerWorld(serve: ReturnType<typeof useScriptedServers>) {
  return async function world(
    valid: string[],
    tokenAnswers: readonly ScriptedAnswer[] = [],
    callTimeoutMs?: number,
  ): Promise<BearerWorld> {
    const exchange = await serve(({ headers }) =>
      valid.some((token) => [token, `Bearer ${token}`].includes(headers.authorization ?? ''))
        ? INBOX
        : REFUSED,
    );
    const tokens = await serve((_request, index) => tokenAnswers[index] ?? { status: 500 });
    const clock = { nowMs: START_MS };
    const adapter = localExchange({ now: () => clock.nowMs, callTimeoutMs });
    // Loading the library is no part of what a short time-out is for.
    await adapter.warm();
    const refreshOf = (refreshToken: string) => ({
      tokenEndpoint: `${tokens.origin}/token`,
      clientId: 'app',
      refreshToken,
      scope: 'EWS offline_access',
    });
    return {
      exchange,
      tokens,
      clock,
      adapter,
      auth: (accessToken, expiresAt, refreshToken) => ({
        type: 'bearer',
        accessToken,
        expiresAt,
        refresh: refreshToken === undefined ? undefined : refreshOf(refreshToken),
      }),
      open: (auth) =>
        adapter.open({
          ewsUrl: `${exchange.origin}/EWS/Exchange.asmx`,
          credentials: { email: 'ann@example.com', auth },
          deadlineMs: clock.nowMs + 10_000,
        }),
    };
  };
}

/** A token endpoint's answer that grants (RFC 6749, section 5.1). */
export function granted(token: string, refresh?: string): ScriptedAnswer {
  return {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      token_type: 'Bearer',
      access_token: token,
      expires_in: 3600,
      refresh_token: refresh,
    }),
  };
}
