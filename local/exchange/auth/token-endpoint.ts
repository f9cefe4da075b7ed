import type { Reply } from '../http.ts';
import type { Modes } from '../modes.ts';
import type { Tokens } from './tokens.ts';

/** `/oauth/token`: the refresh_token grant of RFC 6749. */
export function answerToken(body: string, tokens: Tokens, refusal: Modes['tokenRefusal']): Reply {
  if (refusal !== undefined) return json(refusal.status, { error: refusal.error });
  const form = new URLSearchParams(body);
  if (form.get('grant_type') !== 'refresh_token') return json(400, { error: 'unsupported_grant_type' });
  const refreshToken = form.get('refresh_token');
  const clientId = form.get('client_id');
  if (refreshToken === null || clientId === null) return json(400, { error: 'invalid_request' });
  const issued = tokens.refresh(refreshToken, clientId);
  if (issued === undefined) {
    return json(400, {
      error: 'invalid_grant',
      error_description: 'The refresh token is expired or revoked.',
    });
  }
  return json(200, {
    token_type: 'Bearer',
    access_token: issued.accessToken,
    expires_in: issued.expiresInSeconds,
    refresh_token: issued.refreshToken,
    scope: form.get('scope') ?? undefined,
  });
}

function json(status: number, value: Readonly<Record<string, unknown>>): Reply {
  const headers = { 'Cache-Control': 'no-store' };
  return { status, body: JSON.stringify(value), type: 'application/json; charset=utf-8', headers };
}
