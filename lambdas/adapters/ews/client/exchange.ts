import type { Exchange, ExchangeMailbox, ExchangeResult, ExchangeTarget } from '#domain/ports/exchange.ts';
import type { Connection } from '../outgoing/connection.ts';
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
/** Something answers and does not ask who we are; what it makes of a signed request is for that to show. */
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
    const timeoutMs = Math.min(request.deadlineMs - world.now(), world.callTimeoutMs);
    const result = await probeOver(connection, timeoutMs);
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

/**
 * A 401 names the schemes. A 200 without credentials means that something else signs users in, such as a
 * client certificate; a server that insists on one in the TLS handshake offers just that.
 */
async function probeOver(
  connection: Connection,
  timeoutMs: number,
): Promise<ExchangeResult<{ offered: readonly string[] }>> {
  const outcome = await connection.send({ method: 'GET', headers: { accept: 'text/xml' } }, timeoutMs);
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
