import type { TokenRefresh } from '#domain/model/credentials.ts';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import type { HttpAnswer } from '../outgoing/connection.ts';
import { failureOfStatus } from '../outgoing/http-failures.ts';
import type { EwsWorld } from '../world.ts';
import type { RemainingMs } from './sign-in.ts';
import type { RefreshedToken } from './token-memory.ts';

export type RefreshOutcome =
  | { readonly ok: true; readonly token: RefreshedToken }
  | { readonly ok: false; readonly failure: ExchangeFailure };

const ANSWER_BYTES = 64 * 1024;
const DEFAULT_LIFE_SECONDS = 300;
/** Answers after which the same refresh token will never work again (RFC 6749, section 5.2; OpenID Connect). */
const FOR_GOOD = new Set(['invalid_grant', 'interaction_required', 'consent_required', 'login_required']);

/**
 * Refreshes an access token (RFC 6749, section 6) as a public client, at a token endpoint that passes the same
 * outgoing rules as Exchange and is on allowedTokenHosts. Never throws for what the endpoint does.
 */
export async function refreshToken(
  refresh: TokenRefresh,
  world: EwsWorld,
  remainingMs: RemainingMs,
): Promise<RefreshOutcome> {
  const judgement = world.rules.judgeTokenEndpoint(refresh.tokenEndpoint);
  if (!judgement.ok) {
    return { ok: false, failure: { kind: 'refused-address', detail: judgement.reason } };
  }
  const connection = world.connect(judgement.destination, undefined, ANSWER_BYTES);
  const outcome = await connection.send(
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: refresh.clientId,
        refresh_token: refresh.refreshToken,
        scope: refresh.scope,
      }).toString(),
    },
    remainingMs(),
  );
  connection.close();
  return outcome.ok ? readAnswer(outcome.answer, world.now()) : outcome;
}

function readAnswer(answer: HttpAnswer, nowMs: number): RefreshOutcome {
  const members = membersOf(answer.body);
  if (answer.status === 200) {
    const accessToken = textOf(members, 'access_token');
    if (accessToken === undefined) {
      return { ok: false, failure: { kind: 'failed', code: 'TokenAnswerNotUnderstood' } };
    }
    const seconds = Number(members.get('expires_in') ?? DEFAULT_LIFE_SECONDS);
    const lifeMs = (Number.isFinite(seconds) && seconds > 0 ? seconds : DEFAULT_LIFE_SECONDS) * 1000;
    const token = {
      accessToken,
      expiresAtMs: nowMs + lifeMs,
      refreshToken: textOf(members, 'refresh_token'),
    };
    return { ok: true, token };
  }
  const error = (textOf(members, 'error') ?? '').slice(0, 60);
  const code = /^[a-z_]+$/.test(error) ? error : `Http${answer.status}`;
  if (FOR_GOOD.has(code)) {
    return { ok: false, failure: { kind: 'refresh-refused', code } };
  }
  // Anything but time and outages is a client or scope that the endpoint does not accept: not proof.
  const failure: ExchangeFailure =
    answer.status === 400 || answer.status === 401
      ? { kind: 'failed', code: `TokenEndpoint:${code}` }
      : failureOfStatus(answer.status, answer.headers, 'bearer');
  return { ok: false, failure };
}

function membersOf(body: Uint8Array): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  } catch {
    return new Map();
  }
}

function textOf(members: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = members.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
