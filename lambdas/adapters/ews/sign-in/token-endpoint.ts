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
const CHECK_CLIENT = 'check client id, scope and whether refresh tokens of public clients are allowed there';
const NOT_UNDERSTOOD = 'answered 200 without the access_token that RFC 6749, section 5.1, asks for';
const CHECK_URL = "check the credentials' tokenEndpoint";

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
  return outcome.ok
    ? readAnswer(outcome.answer, world.now())
    : { ok: false, failure: failureOfEndpoint(outcome.failure) };
}

function readAnswer(answer: HttpAnswer, nowMs: number): RefreshOutcome {
  const members = membersOf(answer.body);
  if (answer.status === 200) {
    const accessToken = tokenOf(members, 'access_token');
    if (accessToken === undefined) {
      return { ok: false, failure: endpointFailed('AnswerNotUnderstood', NOT_UNDERSTOOD) };
    }
    const seconds = Number(members.get('expires_in') ?? DEFAULT_LIFE_SECONDS);
    const lifeMs = (Number.isFinite(seconds) && seconds > 0 ? seconds : DEFAULT_LIFE_SECONDS) * 1000;
    const token = {
      accessToken,
      expiresAtMs: nowMs + lifeMs,
      refreshToken: tokenOf(members, 'refresh_token'),
    };
    return { ok: true, token };
  }
  const error = (textOf(members, 'error') ?? '').slice(0, 60);
  const code = /^[a-z_]+$/.test(error) ? error : `Http${answer.status}`;
  if (FOR_GOOD.has(code)) {
    return { ok: false, failure: { kind: 'refresh-refused', code } };
  }
  return {
    ok: false,
    failure: isRefusal(answer.status)
      ? refusedUnclearly(code, answer.status)
      : failureOfEndpoint(failureOfStatus(answer, { scheme: 'bearer', certificate: false }), answer.status),
  };
}

/**
 * What happened at the token endpoint, as its own failure. It must not be read as Exchange's: a 404 there would
 * start autodiscover, a time-out put everybody's Exchange to rest, a 403 send administrators to EwsEnabled.
 */
function failureOfEndpoint(failure: ExchangeFailure, status?: number): ExchangeFailure {
  if (failure.kind === 'busy' || failure.kind === 'refused-address') {
    return failure;
  }
  if (status !== undefined) {
    return endpointFailed(`Http${status}`, `answered ${status}: ${CHECK_URL}`);
  }
  switch (failure.kind) {
    case 'timeout':
      return endpointFailed('timeout', 'did not answer in time: check that a firewall lets ENS in');
    case 'unreachable':
      return endpointFailed(
        'unreachable',
        `could not be reached, ${failure.detail}: check its host name, and that a firewall lets ENS in`,
      );
    case 'tls':
      return endpointFailed(
        'tls',
        `could not be reached over TLS, ${failure.detail}: a certificate needs a public authority, or yours in the setting extraCaFile`,
      );
    case 'failed':
      return endpointFailed(failure.code, `gave no usable answer (${failure.code}): ${CHECK_URL}`);
    default:
      return endpointFailed(failure.kind, `did not let ENS in (${failure.kind}): ${CHECK_URL}`);
  }
}

/** Neither busy nor broken: the same question will be answered the same way. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** A client, scope or URL that the endpoint does not accept is no proof against the user, nor is any other word. */
function refusedUnclearly(code: string, status: number): ExchangeFailure {
  const what =
    status === 400 || status === 401
      ? `refused the client (${code}): ${CHECK_CLIENT}`
      : `answered ${status}: ${CHECK_URL}`;
  return {
    kind: 'refresh-refused',
    code: `TokenEndpoint:${code}`,
    unclear: true,
    detail: `The token endpoint ${what}.`,
  };
}

function endpointFailed(code: string, what: string): ExchangeFailure {
  return { kind: 'failed', code: `TokenEndpoint:${code}`, detail: `The token endpoint ${what}.` };
}

function membersOf(body: Uint8Array): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  } catch {
    return new Map();
  }
}

/** Visible ASCII (RFC 6749, appendix A): it goes into a header as it is. */
function tokenOf(members: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const token = textOf(members, name);
  return token !== undefined && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
}

function textOf(members: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = members.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
