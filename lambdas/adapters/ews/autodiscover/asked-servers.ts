import { mayFit, schemeOf } from '#domain/model/credential-rules.ts';
import type { Credentials, ExchangeAuth } from '#domain/model/credentials.ts';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import { anchorHeader } from '../outgoing/anchor-header.ts';
import type { Connection, HttpAnswer, HttpRequest } from '../outgoing/connection.ts';
import { isAboutCertificate, offeredSchemes } from '../outgoing/http-failures.ts';
import type { Destination } from '../outgoing/outgoing-rules.ts';
import type { ClientCertificate } from '../outgoing/tls-trust.ts';
import { chooseSignIn } from '../sign-in/choose.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { hasEnded } from '../sign-in/token-memory.ts';
import type { EwsWorld } from '../world.ts';

export type Asked =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  | { readonly kind: 'redirect'; readonly location: string }
  /** Nothing to be had there; a sentence without user data. `served`: by a web server, not for lack of one. */
  | { readonly kind: 'nothing'; readonly verdict: string; readonly served?: true | undefined }
  | { readonly kind: 'refused'; readonly verdict: string };

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
const CERTIFICATE_VERDICT = 'refused the sign-in (wants a client certificate that it trusts)';
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function createAskedServers(
  credentials: Credentials,
  deadlineMs: number,
  world: EwsWorld,
): AskedServers {
  const { auth } = credentials;
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
    return refusedHosts.size >= MOST_FAILED_SIGN_INS
      ? { kind: 'refused', verdict: 'not asked: two servers have already refused the sign-in' }
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
      const usable = signIn.clientCertificate === undefined ? connection : undefined;
      return (
        (await probe(destination, usable, over)) ??
        (await inTurn(
          async () => whyNot(host, over) ?? askAsUser(signIn, connection, requestOf(email, question)),
        ))
      );
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

  /** Undefined: go on and sign in. A client certificate is a credential too: the probe has its own socket then. */
  async function probe(
    destination: Destination,
    usable: Connection | undefined,
    over: AbortSignal,
  ): Promise<Asked | undefined> {
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
    return goesOn ? undefined : failed(failure);
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

/**
 * Undefined: go on and sign in. Credentials stay here where they would be of no use, and where nobody asks for
 * them: any host of the domain is asked, and many a web server answers 405 to a POST. What a client certificate
 * is wanted for, a stranger cannot tell: IIS answers 403 to whoever does not show it, a proxy something else.
 */
function judgeProbe(answer: HttpAnswer, auth: ExchangeAuth): Asked | undefined {
  const { status, headers } = answer;
  const offered = offeredSchemes(headers);
  if (status === 401 && !mayFit(auth, offered)) {
    return {
      kind: 'nothing',
      verdict: `not signed in: the server offers ${offered.join(', ')}, not ${schemeOf(auth)}`,
    };
  }
  if (status === 200 && !/^(?!.*html).*xml/i.test(headers['content-type'] ?? '')) {
    return { kind: 'nothing', verdict: 'answered 200 without sign-in, with something else', served: true };
  }
  const asked = judge(answer);
  const missing = status === 404 || status === 410;
  const wanted = status === 401 || status === 200 || (auth.type === 'certificate' && !missing);
  return asked.kind === 'redirect' || !wanted ? asked : undefined;
}

function judge(answer: HttpAnswer): Asked {
  const { status, headers } = answer;
  if (isAboutCertificate(status, answer.body)) {
    return { kind: 'refused', verdict: CERTIFICATE_VERDICT };
  }
  if (status === 200) {
    return { kind: 'answer', answer };
  }
  if (REDIRECTS.has(status)) {
    return headers.location === undefined
      ? { kind: 'nothing', verdict: `answered ${status} without a location` }
      : { kind: 'redirect', location: headers.location };
  }
  if (status === 401) {
    const offered = offeredSchemes(headers).join(', ');
    return { kind: 'refused', verdict: `refused the sign-in (offers ${offered || 'no scheme'})` };
  }
  return { kind: 'nothing', verdict: `answered ${status}`, served: true };
}

function failed(failure: ExchangeFailure): Asked {
  switch (failure.kind) {
    case 'tls':
    case 'unreachable':
    case 'refused-address':
    case 'forbidden':
      return { kind: 'nothing', verdict: failure.detail };
    case 'unauthorized':
      return { kind: 'refused', verdict: CERTIFICATE_VERDICT };
    case 'timeout':
      return { kind: 'nothing', verdict: 'did not answer in time' };
    case 'refresh-refused':
      return { kind: 'nothing', verdict: `the token endpoint refused the refresh token (${failure.code})` };
    case 'failed':
      return { kind: 'nothing', verdict: failure.detail ?? `failed (${failure.code})` };
    case 'credentials-dead':
    case 'not-http':
    case 'sign-in-impossible':
    case 'no-mailbox':
      return { kind: 'nothing', verdict: `failed (${failure.code})` };
    default:
      return { kind: 'nothing', verdict: failure.kind };
  }
}
