import { mayFit } from '#domain/model/credential-rules.ts';
import type { Autodiscover } from '#domain/ports/exchange.ts';
import { anchorHeader } from '../outgoing/anchor-header.ts';
import type { Connection, HttpRequest } from '../outgoing/connection.ts';
import type { Destination } from '../outgoing/outgoing-rules.ts';
import type { ClientCertificate } from '../outgoing/tls-trust.ts';
import { chooseSignIn } from '../sign-in/choose.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { hasEnded } from '../sign-in/token-memory.ts';
import type { EwsWorld } from '../world.ts';
import {
  type Asked,
  failed,
  judge,
  judgeOpen,
  judgeProbe,
  type Open,
  SIGN_IN,
  type SignInOffered,
} from './judge-answer.ts';

/** Asks autodiscover servers as one user, and keeps count of the failed sign-ins. */
export interface AskedServers {
  /** Several may be asked at once; they sign in one after the other. After `over` nothing more is sent. */
  ask(destination: Destination, email: string, question: Question, over: AbortSignal): Promise<Asked>;
  /** The one request that the protocol makes over http, without credentials: where does it redirect to? */
  askWithoutCredentials(destination: Destination, over: AbortSignal): Promise<Asked>;
  /** Sign-ins of this user that servers refused. */
  failedSignIns(): number;
}

export interface Question {
  readonly body: string;
  readonly soapAction?: string | undefined;
}

const ANSWER_BYTES = 1024 * 1024;
const REQUEST_TIMEOUT_MS = 4_000;
/** Enough for a lost packet to be sent again; a host that drops everything costs no more. */
const CONNECT_TIMEOUT_MS = 2_500;
/** Accounts lock after a few: what one discovery may cost. */
const MOST_FAILED_SIGN_INS = 2;

export function createAskedServers(
  { credentials, deadlineMs, mostFailedSignIns }: Parameters<Autodiscover['discover']>[0],
  world: EwsWorld,
): AskedServers {
  const { auth } = credentials;
  const mostRefusals = Math.min(MOST_FAILED_SIGN_INS, mostFailedSignIns ?? MOST_FAILED_SIGN_INS);
  const refusedHosts = new Set<string>();
  /** The access token has ended and cannot be renewed: no server is at fault, and none can be asked as the user. */
  let signedOut = false;
  const remainingMs = (): number => Math.min(deadlineMs - world.now(), REQUEST_TIMEOUT_MS);

  let turn: Promise<unknown> = Promise.resolve();

  /** Why the user's credentials go no further, or not to that host. */
  function whyNot(host: string, over: AbortSignal): Asked | undefined {
    if (over.aborted) {
      return { kind: 'nothing', verdict: 'not asked: another place has told' };
    }
    if (signedOut) {
      return { kind: 'nothing', verdict: 'not asked: the refresh token has just been refused' };
    }
    if (refusedHosts.has(host)) {
      return { kind: 'refused', verdict: 'not asked again: this host has just refused the sign-in' };
    }
    return refusedHosts.size >= mostRefusals
      ? { kind: 'refused', verdict: 'not asked: enough servers have already refused the sign-in' }
      : undefined;
  }

  function connect(destination: Destination, over: AbortSignal, certificate?: ClientCertificate): Connection {
    const connection = world.connect(destination, certificate, ANSWER_BYTES, CONNECT_TIMEOUT_MS);
    over.addEventListener('abort', () => connection.close(), { once: true });
    return connection;
  }

  async function ask(
    destination: Destination,
    email: string,
    question: Question,
    over: AbortSignal,
  ): Promise<Asked> {
    const { host } = destination.url;
    const refusal = whyNot(host, over);
    if (refusal !== undefined) {
      return refusal;
    }
    const signIn = chooseSignIn(credentials, world);
    const connection = connect(destination, over, signIn.clientCertificate);
    try {
      const request = requestOf(email, question);
      const usable = signIn.clientCertificate === undefined ? connection : undefined;
      const probed = await probe(destination, usable, over);
      const answered = probed.kind === 'open' ? await askOpenly(connection, request) : probed;
      return answered.kind === 'sign-in'
        ? await inTurn(async () => whyNot(host, over) ?? askAsUser(signIn, connection, request))
        : answered;
    } finally {
      connection.close();
    }
  }

  async function askAsUser(signIn: SignIn, connection: Connection, request: HttpRequest): Promise<Asked> {
    const outcome = await signIn.send(connection, request, remainingMs);
    signedOut =
      !outcome.ok &&
      outcome.failure.kind === 'refresh-refused' &&
      auth.type === 'bearer' &&
      hasEnded(auth.expiresAt, world.now());
    const asked = outcome.ok ? judge(outcome.answer) : failed(outcome.failure);
    if (asked.kind === 'refused') {
      refusedHosts.add(connection.destination.url.host);
    }
    return asked;
  }

  /** One sign-in at a time, so that refusals are counted; whoever had its turn decides before the next begins. */
  function inTurn(work: () => Promise<Asked>): Promise<Asked> {
    const mine = turn.then(work);
    const decided = () => new Promise<void>((next) => void setImmediate(next));
    turn = mine.then(decided, decided);
    return mine;
  }

  /** The question without credentials, where nobody is asked to sign in; with them only where that is refused. */
  async function askOpenly(connection: Connection, request: HttpRequest): Promise<Asked | SignInOffered> {
    const outcome = await connection.send(request, remainingMs());
    return outcome.ok ? judgeOpen(outcome.answer, auth) : failed(outcome.failure);
  }

  /** A client certificate is a credential too: the probe has its own socket then. */
  async function probe(
    destination: Destination,
    usable: Connection | undefined,
    over: AbortSignal,
  ): Promise<Asked | SignInOffered | Open> {
    const connection = usable ?? connect(destination, over);
    const probed = await connection.send(probeRequest(), remainingMs());
    if (usable === undefined) {
      connection.close();
    }
    if (probed.ok) {
      return judgeProbe(probed.answer, auth);
    }
    const { failure } = probed;
    const goesOn =
      (failure.kind === 'unauthorized' && mayFit(auth, failure.offered)) ||
      (failure.kind === 'tls' && failure.fault === 'unclear' && auth.type === 'certificate');
    return goesOn ? SIGN_IN : failed(failure);
  }

  async function askWithoutCredentials(destination: Destination, over: AbortSignal): Promise<Asked> {
    const connection = connect(destination, over);
    const outcome = await connection.send({ method: 'GET', headers: {} }, remainingMs());
    connection.close();
    if (!outcome.ok) {
      return failed(outcome.failure);
    }
    const asked = judge(outcome.answer);
    return asked.kind === 'redirect'
      ? asked
      : { kind: 'nothing', verdict: `no redirect (answered ${outcome.answer.status})` };
  }

  return { ask, askWithoutCredentials, failedSignIns: () => refusedHosts.size };
}

function probeRequest(): HttpRequest {
  return { method: 'POST', headers: { 'content-type': 'text/xml; charset=utf-8' }, body: '' };
}

function requestOf(email: string, { body, soapAction }: Question): HttpRequest {
  const action: Record<string, string> = soapAction === undefined ? {} : { soapaction: `"${soapAction}"` };
  return {
    method: 'POST',
    headers: {
      'content-type': 'text/xml; charset=utf-8',
      accept: 'text/xml',
      ...action,
      ...anchorHeader(email),
    },
    body,
  };
}
