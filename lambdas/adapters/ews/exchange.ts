import type {
  Exchange,
  ExchangeFailure,
  ExchangeMailbox,
  ExchangeResult,
  ExchangeTarget,
} from '#domain/ports/exchange.ts';
import type { Connection } from './connection.ts';
import { createConnection } from './connection.ts';
import { createHostMemory } from './host-memory.ts';
import { failureOfStatus, offeredSchemes } from './http-failures.ts';
import { createMailbox } from './mailbox.ts';
import type { Destination, EwsOutgoingRules } from './outgoing-rules.ts';
import type { Resolve } from './pinned-lookup.ts';
import { resolveWithSystem } from './pinned-lookup.ts';
import { chooseSignIn } from './sign-in/choose.ts';
import type { TokenMemory } from './sign-in/token-memory.ts';
import { createTokenMemory } from './sign-in/token-memory.ts';
import type { ClientCertificate, TlsTrust } from './tls-trust.ts';
import { createTlsTrust } from './tls-trust.ts';

export interface ExchangeOptions {
  readonly rules: EwsOutgoingRules;
  /** PEM bundle of CAs trusted besides the public ones. */
  readonly extraCaPem?: string | undefined;
  /** Longest that one request may take, whatever the deadline. */
  readonly callTimeoutMs?: number | undefined;
  readonly now?: (() => number) | undefined;
  readonly resolve?: Resolve | undefined;
  /** Waits between attempts at a busy server. */
  readonly wait?: ((ms: number) => Promise<void>) | undefined;
}

/** What the pieces of this adapter share within one function instance. Nothing in it belongs to one user but `tokens`. */
export interface EwsWorld {
  readonly rules: EwsOutgoingRules;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly callTimeoutMs: number;
  readonly tokens: TokenMemory;
  connect(destination: Destination, certificate?: ClientCertificate, maxAnswerBytes?: number): Connection;
}

const CALL_TIMEOUT_MS = 10_000;
const ANSWER_BYTES = 4 * 1024 * 1024;
const PROBE_BYTES = 256 * 1024;
/** Something answers and does not ask who we are; what it makes of a signed request is for that to show. */
const NOT_ASKING: ReadonlySet<number> = new Set([200, 400, 405, 406, 411, 415, 500]);

/** Everything of this adapter that outlives a request; `discover.ts` is built over the same one. */
export function createEwsWorld(options: ExchangeOptions): EwsWorld {
  const trust: TlsTrust = createTlsTrust(options.extraCaPem);
  const resolve = options.resolve ?? resolveWithSystem;
  const now = options.now ?? (() => Date.now());
  return {
    rules: options.rules,
    now,
    wait: options.wait ?? ((ms) => new Promise((done) => void setTimeout(done, ms))),
    callTimeoutMs: options.callTimeoutMs ?? CALL_TIMEOUT_MS,
    tokens: createTokenMemory(now),
    connect: (destination, clientCertificate, maxAnswerBytes = ANSWER_BYTES) =>
      createConnection({
        destination,
        addresses: options.rules.addresses,
        resolve,
        trust,
        clientCertificate,
        maxAnswerBytes,
      }),
  };
}

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
    const connection = world.connect(judgement.destination, undefined, PROBE_BYTES);
    const timeoutMs = Math.min(request.deadlineMs - world.now(), world.callTimeoutMs);
    const result = await probeOver(connection, timeoutMs);
    hosts.note(host, result.ok ? undefined : result.failure, timeoutMs);
    connection.close();
    return result;
  }

  return { open, probe, warm };
}

/** Starts loading the EWS library. */
async function warm(): Promise<void> {
  try {
    await import('./ews-library.ts');
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
  const { status, headers } = outcome.answer;
  if (status === 401) {
    return { ok: true, value: { offered: offeredSchemes(headers) } };
  }
  if (NOT_ASKING.has(status)) {
    return { ok: true, value: { offered: [] } };
  }
  const failure: ExchangeFailure = failureOfStatus(status, headers, 'none');
  return { ok: false, failure };
}
