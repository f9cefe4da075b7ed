import type { Socket } from 'node:net';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import type { NtlmObstacle } from '#domain/ports/exchange.ts';
import type { Connection, HttpAnswer, HttpOutcome, HttpRequest } from '../outgoing/connection.ts';
import { offeredSchemes } from '../outgoing/http-failures.ts';
import { answerChallenge, negotiateMessage } from './ntlm-messages.ts';
import type { RemainingMs, SignIn } from './sign-in.ts';
import { inTurn, withHeader } from './sign-in.ts';

type NtlmAuth = Extract<ExchangeAuth, { readonly type: 'ntlm' }>;
/** IIS and GSSAPI acceptors take NTLM messages without SPNEGO around them under `Negotiate` too. */
type Word = 'NTLM' | 'Negotiate';

/**
 * NTLMv2 over HTTP ([MS-NTHT]): it is the socket that gets authenticated, so one handshake per socket and
 * requests without credentials on it afterwards. Where the server closed the socket, one more handshake.
 * No channel binding: servers with Extended Protection "Required" refuse it.
 */
export function ntlmSignIn(auth: NtlmAuth, now: () => number): SignIn {
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
    const opening = await open(connection, request, remainingMs);
    if (!('challenge' in opening)) {
      return opening;
    }
    const { answer, word, challenge } = opening;
    const reply = await answerChallenge(challenge, auth, now());
    if (!reply.ok) {
      return obstructed(reply.obstacle);
    }
    if (answer.socket.destroyed || /\bclose\b/i.test(answer.headers.connection ?? '')) {
      return obstructed('NtlmConnectionNotKept');
    }
    const proof = `${word} ${reply.message.toString('base64')}`;
    const outcome = await connection.send(withHeader(request, 'authorization', proof), remainingMs());
    if (outcome.ok && outcome.answer.status !== 401) {
      authenticated = outcome.answer.socket;
    }
    return outcome;
  }

  return { scheme: 'ntlm', send: inTurn(send), rotated: () => undefined };
}

type Opening = { readonly answer: HttpAnswer; readonly word: Word; readonly challenge: Buffer };

/** Sends the first message: as NTLM, and as Negotiate where the server offers that alone. */
async function open(
  connection: Connection,
  request: HttpRequest,
  remainingMs: RemainingMs,
): Promise<Opening | HttpOutcome> {
  const ask = (word: Word): Promise<HttpOutcome> => {
    const value = `${word} ${negotiateMessage().toString('base64')}`;
    return connection.send(withHeader({ ...request, body: '' }, 'authorization', value), remainingMs());
  };
  const first = await ask('NTLM');
  if (!first.ok || first.answer.status !== 401) {
    return first;
  }
  const offered = offeredSchemes(first.answer.headers);
  if (offered.includes('ntlm')) {
    return challengeIn(first.answer, 'NTLM') ?? obstructed('NtlmNoChallenge');
  }
  if (!offered.includes('negotiate')) {
    return first;
  }
  const second = await ask('Negotiate');
  if (!second.ok || second.answer.status !== 401) {
    return second;
  }
  return challengeIn(second.answer, 'Negotiate') ?? obstructed('NtlmKerberosOnly');
}

function challengeIn(answer: HttpAnswer, word: Word): Opening | undefined {
  const pattern = new RegExp(`(?:^|,)\\s*${word}\\s+([A-Za-z0-9+/]+=*)`, 'i');
  const token = pattern.exec(answer.headers['www-authenticate'] ?? '')?.[1];
  return token === undefined ? undefined : { answer, word, challenge: Buffer.from(token, 'base64') };
}

function obstructed(code: NtlmObstacle): HttpOutcome {
  return { ok: false, failure: { kind: 'sign-in-impossible', code } };
}
