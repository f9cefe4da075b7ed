import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { createGunzip } from 'node:zlib';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import { TimeLimitExceeded, withinTime } from '../../time-limit.ts';
import type { AddressRules } from './addresses.ts';
import { AnswerFault, failureOfError } from './network-failures.ts';
import { watchSocket } from './new-socket.ts';
import type { Destination } from './outgoing-rules.ts';
import type { Resolve } from './pinned-lookup.ts';
import { pinDestination } from './pinned-lookup.ts';
import type { ClientCertificate, TlsTrust } from './tls-trust.ts';

/** How administrators can tell us apart in their logs and allow-lists; EWS filters look for its second half. */
export const USER_AGENT = 'MailNotificationService/v2 (ExchangeServicesClient/15.00.0913.015)';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Only ASCII values; no Host, no Content-Length. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  /** The socket it came over: NTLM authenticates sockets, not requests. */
  readonly socket: Socket;
  /** Undefined over plain http. */
  readonly tlsVersion: string | undefined;
}

export type HttpOutcome =
  | { readonly ok: true; readonly answer: HttpAnswer }
  | { readonly ok: false; readonly failure: ExchangeFailure };

/** One keep-alive socket to one destination, for one user and one request of ours; never shared. */
export interface Connection {
  readonly destination: Destination;
  send(request: HttpRequest, timeoutMs: number): Promise<HttpOutcome>;
  /** From the next request on a new socket, TLS 1.2 and no later. */
  limitToTls12(): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly destination: Destination;
  readonly addresses: AddressRules;
  readonly resolve: Resolve;
  readonly trust: TlsTrust;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Counted after decompression. */
  readonly maxAnswerBytes: number;
  /** Undefined: as long as the request itself. */
  readonly connectTimeoutMs?: number | undefined;
}

/**
 * Opens nothing yet. Addresses are resolved once, checked and pinned with the first request. Redirects are
 * answers like any other, cookies are not kept, TLS sessions are not resumed. `send` never throws for what
 * the network does.
 */
export function createConnection(options: ConnectionOptions): Connection {
  const { destination } = options;
  const certificate = options.clientCertificate;
  let pinned: Promise<{ lookup: LookupFunction } | ExchangeFailure> | undefined;
  let agent: http.Agent | undefined;
  let maxVersion: 'TLSv1.2' | undefined;

  async function pin(): Promise<{ lookup: LookupFunction } | ExchangeFailure> {
    const pin = await pinDestination(destination, options.addresses, options.resolve);
    return pin.ok ? { lookup: pin.lookup } : pin.failure;
  }

  function agentFor(lookup: LookupFunction): http.Agent {
    const common = { keepAlive: true, maxSockets: 1, lookup };
    return destination.url.protocol === 'http:'
      ? new http.Agent(common)
      : new https.Agent({
          ...common,
          maxCachedSessions: 0,
          secureContext: options.trust.contextFor(certificate, maxVersion),
        });
  }

  async function send(request: HttpRequest, timeoutMs: number): Promise<HttpOutcome> {
    if (timeoutMs <= 0) {
      return { ok: false, failure: { kind: 'timeout' } };
    }
    const attempt: Attempt = { over: false, outgoing: undefined, tlsVersion: undefined };
    try {
      return await withinTime(Math.ceil(timeoutMs), ask(request, attempt));
    } catch (error) {
      const failure: ExchangeFailure =
        error instanceof TimeLimitExceeded
          ? { kind: 'timeout' }
          : failureOfError(error, certificate !== undefined, attempt.tlsVersion);
      return { ok: false, failure };
    } finally {
      attempt.over = true;
      attempt.outgoing?.destroy();
    }
  }

  async function ask(request: HttpRequest, attempt: Attempt): Promise<HttpOutcome> {
    pinned ??= pin();
    const ready = await pinned;
    if ('kind' in ready) {
      return { ok: false, failure: ready };
    }
    // The name took longer than the request was given: nothing is sent any more.
    if (attempt.over) {
      throw new TimeLimitExceeded('the time was over before the request began');
    }
    agent ??= agentFor(ready.lookup);
    const outgoing = open(destination.url, request, agent);
    attempt.outgoing = outgoing;
    watchSocket(outgoing, options.connectTimeoutMs, (version) => {
      attempt.tlsVersion = version;
    });
    const incoming = await answerTo(outgoing, request.body);
    // An answer that is complete has no socket any more: its agent has taken it back.
    const { socket, statusCode = 0, headers } = incoming;
    const body = await collect(incoming, options.maxAnswerBytes);
    attempt.outgoing = undefined;
    return {
      ok: true,
      answer: { status: statusCode, headers, body, socket, tlsVersion: attempt.tlsVersion },
    };
  }

  function limitToTls12(): void {
    agent?.destroy();
    agent = undefined;
    maxVersion = 'TLSv1.2';
  }

  return { destination, send, limitToTls12, close: () => agent?.destroy() };
}

/** One request on its way; whoever gives up on it ends it. */
interface Attempt {
  over: boolean;
  outgoing: ClientRequest | undefined;
  /** Version of the handshake that came about. */
  tlsVersion: string | undefined;
}

function open(url: URL, { method, headers, body }: HttpRequest, agent: http.Agent): ClientRequest {
  const request = url.protocol === 'http:' ? http.request : https.request;
  return request(url, {
    method,
    headers: {
      'user-agent': USER_AGENT,
      'accept-encoding': 'gzip',
      ...headers,
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    },
    agent,
  });
}

/** The body goes as text: Node then writes it together with the head, in one piece. */
function answerTo(outgoing: ClientRequest, body: HttpRequest['body']): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** By events: iterating over a stream takes several promises for each of its chunks. */
function collect(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const encoding = (incoming.headers['content-encoding'] ?? 'identity').toLowerCase();
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const gunzip = encoding === 'gzip' || encoding === 'x-gzip' ? createGunzip() : undefined;
  const fail = (error: Error): void => {
    incoming.destroy();
    gunzip?.destroy();
    reject(error);
  };
  if (gunzip === undefined && encoding !== 'identity') {
    fail(new AnswerFault('AnswerEncodingUnknown'));
    return promise;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  incoming.on('error', fail);
  incoming.on('close', () => {
    if (!incoming.complete) {
      fail(Object.assign(new Error('the answer was cut short'), { code: 'ECONNRESET' }));
    }
  });
  const plain = gunzip === undefined ? incoming : incoming.pipe(gunzip).on('error', fail);
  plain.on('data', (chunk: Uint8Array) => {
    size += chunk.byteLength;
    if (size > maxBytes) {
      fail(new AnswerFault('AnswerTooLarge'));
    } else {
      chunks.push(chunk);
    }
  });
  plain.on('end', () => resolve(Buffer.concat(chunks, size)));
  return promise;
}
