import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { createGunzip } from 'node:zlib';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import type { AddressRules } from './addresses.ts';
import { AnswerFault, failureOfError } from './network-failures.ts';
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
  readonly body?: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  /** The socket it came over: NTLM authenticates sockets, not requests. */
  readonly socket: Socket;
}

export type HttpOutcome =
  | { readonly ok: true; readonly answer: HttpAnswer }
  | { readonly ok: false; readonly failure: ExchangeFailure };

/** One keep-alive socket to one destination, for one user and one request of ours; never shared. */
export interface Connection {
  readonly destination: Destination;
  send(request: HttpRequest, timeoutMs: number): Promise<HttpOutcome>;
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
          secureContext: options.trust.contextFor(certificate),
        });
  }

  async function send(request: HttpRequest, timeoutMs: number): Promise<HttpOutcome> {
    if (timeoutMs <= 0) {
      return { ok: false, failure: { kind: 'timeout' } };
    }
    const signal = AbortSignal.timeout(Math.ceil(timeoutMs));
    try {
      pinned ??= pin();
      const ready = await beforeAbort(pinned, signal);
      if ('kind' in ready) {
        return { ok: false, failure: ready };
      }
      agent ??= agentFor(ready.lookup);
      return {
        ok: true,
        answer: await exchange(destination.url, request, agent, signal, options.maxAnswerBytes),
      };
    } catch (error) {
      const failure: ExchangeFailure = signal.aborted
        ? { kind: 'timeout' }
        : failureOfError(error, certificate !== undefined);
      return { ok: false, failure };
    }
  }

  return { destination, send, close: () => agent?.destroy() };
}

async function exchange(
  url: URL,
  request: HttpRequest,
  agent: http.Agent,
  signal: AbortSignal,
  maxAnswerBytes: number,
): Promise<HttpAnswer> {
  const { body } = request;
  const headers = {
    'user-agent': USER_AGENT,
    'accept-encoding': 'gzip',
    ...request.headers,
    ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
  };
  const send = url.protocol === 'http:' ? http.request : https.request;
  const outgoing = send(url, { method: request.method, headers, agent, signal });
  const incoming = await answerTo(outgoing, body);
  // An answer that is complete has no socket any more: its agent has taken it back.
  const { socket } = incoming;
  const bytes = await collect(incoming, maxAnswerBytes);
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    body: bytes,
    socket,
  };
}

/** The body goes as text: Node then writes it together with the head, in one piece. */
function answerTo(outgoing: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function collect(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const encoding = (incoming.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'x-gzip') {
    incoming.destroy();
    throw new AnswerFault('AnswerEncodingUnknown');
  }
  const gunzip = encoding === 'identity' ? undefined : createGunzip();
  if (gunzip !== undefined) {
    incoming.on('error', (error) => gunzip.destroy(error));
    incoming.pipe(gunzip);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of gunzip ?? incoming) {
      size += chunk.byteLength;
      if (size > maxBytes) {
        throw new AnswerFault('AnswerTooLarge');
      }
      chunks.push(chunk);
    }
  } catch (error) {
    incoming.destroy();
    throw error;
  }
  return Buffer.concat(chunks, size);
}

function beforeAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}
