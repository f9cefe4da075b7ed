import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InvokeOutcome } from '../functions/function-process.ts';
import type { Json } from '../template/json.ts';
import type { ApiSpec } from '../template/model.ts';
import type { GiveEvidence } from '../world/calls.ts';
import { accessLogLine } from './access-log.ts';
import { commonLogTime, eventOf } from './event.ts';
import { readBody } from './read-body.ts';
import { type GatewayReply, ownReply, replyOf } from './reply.ts';
import { createRouter } from './routing.ts';
import { createThrottle } from './throttle.ts';

export interface GatewayObserver {
  received(requestId: string, routeKey: string): void;
  answered(requestId: string, routeKey: string, status: number, ms: number, evidence: GiveEvidence): void;
}

export interface GatewayOptions {
  readonly api: ApiSpec;
  readonly account: string;
  readonly now: () => number;
  /** Runs the function; `onStart` when it leaves the line of waiting requests. */
  readonly invoke: (functionArn: string, event: Json, onStart: () => void) => Promise<InvokeOutcome>;
  readonly accessLog: (line: string) => void;
  readonly observer?: GatewayObserver | undefined;
  /** Shorter in tests. */
  readonly timeoutMs?: number | undefined;
}

const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_HEAD_BYTES = 10_240;
const TIMEOUT_MS = 30_000;

interface Trace {
  readonly startedAt: number;
  routeKey: string;
  integrationMs: number | undefined;
  integrationError: string | undefined;
  body: Buffer | undefined;
}

/**
 * HTTP API in front of the functions: routes, events, limits and errors as API Gateway documents them. One
 * difference: the 30 seconds start when a process takes the request, since Lambda would have an instance for
 * each while here a few processes take turns.
 */
export function createGateway(
  options: GatewayOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const route = createRouter(options.api.routes);
  const throttle = createThrottle(options.api.throttleOf);

  async function answer(request: IncomingMessage, requestId: string, trace: Trace): Promise<GatewayReply> {
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body !== 'too-large') trace.body = body;
    if (headBytes(request) > MAX_HEAD_BYTES) return ownReply('headersTooLarge');
    const [rawPath = '/', query = ''] = splitOnce(request.url ?? '/', '?');
    const path = decodePath(rawPath);
    if (path === undefined) return ownReply('badRequest');
    const method = request.method ?? 'GET';
    const match = route(method, path);
    if (match === undefined) return ownReply('notFound');
    trace.routeKey = match.route.key;
    options.observer?.received(requestId, trace.routeKey);
    if (throttle(trace.routeKey) === 'throttled') return ownReply('tooManyRequests');
    if (body === 'too-large') return ownReply('tooLarge');
    const sourceIp = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1';
    const { apiId, account } = { apiId: options.api.id, account: options.account };
    const at = options.now();
    const { headers } = request;
    const event = eventOf(
      { method, path, query, headers, body, sourceIp, requestId, apiId, account, at },
      match,
    );
    const outcome = await invokeInTime(match.route.functionArn, event, trace);
    if (outcome === 'timed-out') return ownReply('timedOut');
    if (!outcome.ok) {
      trace.integrationError = outcome.failure.errorType;
      return ownReply('failed');
    }
    return replyOf(outcome.payload) ?? ownReply('failed');
  }

  async function invokeInTime(arn: string, event: Json, trace: Trace): Promise<InvokeOutcome | 'timed-out'> {
    let timer: NodeJS.Timeout | undefined;
    let startedAt = performance.now();
    const { promise: cut, resolve } = Promise.withResolvers<'timed-out'>();
    const invoked = options.invoke(arn, event, () => {
      startedAt = performance.now();
      timer = setTimeout(() => resolve('timed-out'), options.timeoutMs ?? TIMEOUT_MS);
    });
    const outcome = await Promise.race([invoked, cut]);
    clearTimeout(timer);
    trace.integrationMs = Math.round(performance.now() - startedAt);
    if (outcome === 'timed-out') trace.integrationError = 'Endpoint request timed out';
    return outcome;
  }

  function logAccess(requestId: string, trace: Trace, reply: GatewayReply, request: IncomingMessage): void {
    const format = options.api.accessLogFormat;
    if (format === undefined) return;
    const at = options.now();
    options.accessLog(
      accessLogLine(format, {
        requestId,
        extendedRequestId: requestId,
        routeKey: trace.routeKey,
        status: reply.status,
        responseLength: reply.body.length,
        responseLatency: Math.round(performance.now() - trace.startedAt),
        integrationLatency: trace.integrationMs ?? '-',
        integrationErrorMessage: trace.integrationError ?? '-',
        integrationStatus: trace.integrationMs === undefined ? '-' : 200,
        requestTime: commonLogTime(at),
        requestTimeEpoch: at,
        httpMethod: request.method ?? '-',
        protocol: 'HTTP/1.1',
        path: request.url ?? '-',
        apiId: options.api.id,
        stage: '$default',
        'identity.sourceIp': request.socket.remoteAddress ?? '-',
        'identity.userAgent': request.headers['user-agent'] ?? '-',
      }),
    );
  }

  return async (request, response) => {
    // API Gateway's request ids look like `JKJaXmPLvHcESHA=`.
    const requestId = randomBytes(11).toString('base64url').concat('=');
    const trace: Trace = {
      startedAt: performance.now(),
      routeKey: '-',
      integrationMs: undefined,
      integrationError: undefined,
      body: undefined,
    };
    const reply = await answer(request, requestId, trace).catch(() => ownReply('failed'));
    logAccess(requestId, trace, reply, request);
    const ms = performance.now() - trace.startedAt;
    options.observer?.answered(requestId, trace.routeKey, reply.status, ms, () => ({
      request: `${request.method} ${request.url}\n\n${trace.body ?? ''}`,
      response: `${reply.status}\n\n${reply.body}`,
    }));
    response.writeHead(reply.status, {
      ...reply.headers,
      'content-length': reply.body.length,
      'apigw-requestid': requestId,
    });
    response.end(request.method === 'HEAD' ? undefined : reply.body);
  };
}

function headBytes(request: IncomingMessage): number {
  const line = `${request.method} ${request.url} HTTP/1.1\r\n`.length;
  return request.rawHeaders.reduce((sum, part) => sum + part.length + 2, line);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Undefined where the percent-encoding is broken. */
function decodePath(rawPath: string): string | undefined {
  try {
    return splitOnce(decodeURIComponent(rawPath), '?')[0];
  } catch {
    return undefined;
  }
}
