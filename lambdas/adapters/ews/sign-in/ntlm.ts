import type { Socket } from 'node:net';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import type { Connection, HttpOutcome, HttpRequest } from '../outgoing/connection.ts';
import { offeredSchemes } from '../outgoing/http-failures.ts';
import { openingMessage, replyTo } from './ntlm-messages.ts';
import type { RemainingMs, SignIn } from './sign-in.ts';
import { inTurn, withHeader } from './sign-in.ts';

type NtlmAuth = Extract<ExchangeAuth, { readonly type: 'ntlm' }>;

/**
 * NTLMv2 over HTTP ([MS-NTHT]): it is the socket that gets authenticated, so one handshake per socket and
 * requests without credentials on it afterwards. Where the server closed the socket, one more handshake.
 * No channel binding: servers with Extended Protection "Required" refuse it.
 */
export function ntlmSignIn(auth: NtlmAuth): SignIn {
  let authenticated: Socket | undefined;
  async function send(
    connection: Connection,
    request: HttpRequest,
    remainingMs: RemainingMs,
  ): Promise<HttpOutcome> {
    if (authenticated !== undefined && !authenticated.destroyed) {
      const outcome = await connection.send(request, remainingMs());
      if (!outcome.ok || outcome.answer.status !== 401) {
        return outcome;
      }
    }
    return handshake(connection, request, remainingMs);
  }

  async function handshake(
    connection: Connection,
    request: HttpRequest,
    remainingMs: RemainingMs,
  ): Promise<HttpOutcome> {
    authenticated = undefined;
    const opening = withHeader({ ...request, body: '' }, 'authorization', await openingMessage());
    const challenge = await connection.send(opening, remainingMs());
    if (!challenge.ok || challenge.answer.status !== 401) {
      return challenge;
    }
    const { headers, socket } = challenge.answer;
    if (!offeredSchemes(headers).includes('ntlm')) {
      return challenge;
    }
    const reply = await replyTo(headers['www-authenticate'] ?? '', auth);
    if (!reply.ok) {
      return { ok: false, failure: { kind: 'failed', code: reply.code } };
    }
    if (socket.destroyed || /\bclose\b/i.test(headers.connection ?? '')) {
      return { ok: false, failure: { kind: 'failed', code: 'NtlmConnectionNotKept' } };
    }
    const outcome = await connection.send(withHeader(request, 'authorization', reply.header), remainingMs());
    if (outcome.ok && outcome.answer.status !== 401) {
      authenticated = outcome.answer.socket;
    }
    return outcome;
  }

  return { scheme: 'ntlm', send: inTurn(send), rotated: () => undefined };
}
