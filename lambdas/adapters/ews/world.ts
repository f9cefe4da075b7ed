import { EWS_ANSWER } from './answer-xml.ts';
import type { Connection } from './outgoing/connection.ts';
import { createConnection } from './outgoing/connection.ts';
import type { Destination, EwsOutgoingRules } from './outgoing/outgoing-rules.ts';
import type { Resolve } from './outgoing/pinned-lookup.ts';
import { resolveWithSystem } from './outgoing/pinned-lookup.ts';
import type { ClientCertificate, TlsTrust } from './outgoing/tls-trust.ts';
import { createTlsTrust } from './outgoing/tls-trust.ts';
import type { Tls12Hosts } from './sign-in/certificate.ts';
import type { TokenMemory } from './sign-in/token-memory.ts';
import { createTokenMemory } from './sign-in/token-memory.ts';

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
  readonly tls12Hosts: Tls12Hosts;
  connect(
    destination: Destination,
    certificate?: ClientCertificate,
    maxAnswerBytes?: number,
    connectTimeoutMs?: number,
  ): Connection;
}

const CALL_TIMEOUT_MS = 10_000;
const ANSWER_BYTES = EWS_ANSWER.maxBytes;

/** Everything of this adapter that outlives a request: `createExchange` and `createAutodiscover` share one. */
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
    tls12Hosts: new Set(),
    connect: (destination, clientCertificate, maxAnswerBytes = ANSWER_BYTES, connectTimeoutMs) =>
      createConnection({
        destination,
        addresses: options.rules.addresses,
        resolve,
        trust,
        clientCertificate,
        maxAnswerBytes,
        connectTimeoutMs,
      }),
  };
}
