import type { Exchange, ExchangeMailbox, ExchangeResult, ExchangeTarget } from '#domain/ports/exchange.ts';
import type { Connection, HttpRequest } from '../outgoing/connection.ts';
import { createHostMemory, noting } from '../outgoing/host-memory.ts';
import {
  failureOfStatus,
  isAboutCertificate,
  NOTHING_SHOWN,
  offeredSchemes,
} from '../outgoing/http-failures.ts';
import { asksForPassword, notEws } from '../outgoing/not-ews.ts';
import { chooseSignIn } from '../sign-in/choose.ts';
import type { EwsWorld } from '../world.ts';
import { loadEwsLibrary } from './load-library.ts';
import { createMailbox } from './mailbox.ts';

const PROBE_BYTES = 256 * 1024;
/** Something answers and does not ask who we are. */
const NOT_ASKING: ReadonlySet<number> = new Set([200, 400, 405, 406, 411, 415, 500]);

/**
 * The Exchange port over EWS. Make one per function instance: it remembers hosts that keep timing out and,
 * until they expire, refreshed access tokens; nothing else of a user outlives `close`.
 */
export function createExchange(world: EwsWorld): Exchange {
  const hosts = createHostMemory(world);

  function open(target: ExchangeTarget): ExchangeMailbox {
    return createMailbox({ world, hosts, target, signIn: chooseSignIn(target.credentials, world) });
  }

  async function probe(request: {
    readonly ewsUrl: string;
    readonly deadlineMs: number;
  }): ReturnType<Exchange['probe']> {
    const judgement = world.rules.judgeExchangeUrl(request.ewsUrl);
    if (!judgement.ok) {
      return { ok: false, failure: { kind: 'refused-address', detail: judgement.reason } };
    }
    const host = judgement.destination.url.host;
    if (hosts.isResting(host)) {
      return { ok: false, failure: { kind: 'timeout' } };
    }
    const connection = noting(hosts, world.connect(judgement.destination, undefined, PROBE_BYTES), undefined);
    const remainingMs = () => Math.min(request.deadlineMs - world.now(), world.callTimeoutMs);
    const result = await probeTwice(connection, remainingMs);
    connection.close();
    return result;
  }

  return { open, probe, warm };
}

/** Starts loading the EWS library. */
async function warm(): Promise<void> {
  try {
    await loadEwsLibrary();
  } catch {
    // The first real use reports it.
  }
}

const GET: HttpRequest = { method: 'GET', headers: { accept: 'text/xml' } };
/** What a server that asks only callers of EWS to sign in takes for one. */
const EMPTY_POST: HttpRequest = {
  method: 'POST',
  headers: { 'content-type': 'text/xml; charset=utf-8', accept: 'text/xml' },
  body: '',
};

type Probed = ExchangeResult<{ offered: readonly string[] }>;

async function probeTwice(connection: Connection, remainingMs: () => number): Promise<Probed> {
  const first = await probeOver(connection, GET, remainingMs());
  if (!first.ok || first.value.offered.length > 0) {
    return first;
  }
  const second = await probeOver(connection, EMPTY_POST, remainingMs());
  return second.ok ? second : first;
}

/**
 * A 401 names the schemes; nothing else is a reason to send a password. A server that insists on a client certificate
 * in the TLS handshake offers just that.
 */
async function probeOver(connection: Connection, request: HttpRequest, timeoutMs: number): Promise<Probed> {
  const outcome = await connection.send(request, timeoutMs);
  if (!outcome.ok) {
    return outcome.failure.kind === 'unauthorized'
      ? { ok: true, value: { offered: outcome.failure.offered } }
      : outcome;
  }
  const { status, headers, body } = outcome.answer;
  if (status === 401) {
    return { ok: true, value: { offered: offeredSchemes(headers) } };
  }
  if (isAboutCertificate(status, body)) {
    return { ok: true, value: { offered: ['certificate'] } };
  }
  // To a GET without credentials Exchange itself may answer with a page, but none that asks for a password.
  if (NOT_ASKING.has(status) && !asksForPassword(body)) {
    return { ok: true, value: { offered: [] } };
  }
  const elsewhere = notEws(outcome.answer, connection.destination.url.host);
  return { ok: false, failure: elsewhere ?? failureOfStatus(outcome.answer, NOTHING_SHOWN) };
}
