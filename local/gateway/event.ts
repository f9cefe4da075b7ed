import type { IncomingHttpHeaders } from 'node:http';
import type { Json } from '../template/json.ts';
import type { RouteMatch } from './routing.ts';

export interface IncomingCall {
  readonly method: string;
  /** Path as HTTP API hands it on: decoded, and cut at a decoded question mark. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly requestId: string;
  readonly apiId: string;
  readonly account: string;
  /** Epoch ms, the world's clock. */
  readonly at: number;
}

/**
 * The Lambda event of payload format 2.0. What counts as text is what people measured against AWS, its
 * documentation does not say: `text/*` and three `application/` types. All else, a missing type included,
 * arrives as base64.
 */
export function eventOf(call: IncomingCall, { route, pathParameters }: RouteMatch): Json {
  const { cookie, ...plain } = call.headers;
  const headers = Object.fromEntries(
    Object.entries(plain).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]],
    ),
  );
  const [host = ''] = (call.headers.host ?? '').split(':');
  const base64 = !isText(call.headers['content-type'], call.headers['content-encoding']);
  const event: { [key: string]: Json } = {
    version: '2.0',
    routeKey: route.key,
    rawPath: call.path,
    rawQueryString: call.query,
    headers: {
      ...headers,
      'x-forwarded-for': call.sourceIp,
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    requestContext: {
      accountId: call.account,
      apiId: call.apiId,
      domainName: host,
      domainPrefix: host.split('.')[0] ?? '',
      http: {
        method: call.method,
        path: call.path,
        protocol: 'HTTP/1.1',
        sourceIp: call.sourceIp,
        userAgent: call.headers['user-agent'] ?? '',
      },
      requestId: call.requestId,
      routeKey: route.key,
      stage: '$default',
      time: commonLogTime(call.at),
      timeEpoch: call.at,
    },
    isBase64Encoded: call.body.length > 0 && base64,
  };
  if (cookie !== undefined) event.cookies = cookie.split('; ');
  if (call.query !== '') event.queryStringParameters = joinedQuery(call.query);
  if (Object.keys(pathParameters).length > 0) event.pathParameters = pathParameters;
  if (call.body.length > 0) event.body = call.body.toString(base64 ? 'base64' : 'utf8');
  return event;
}

function isText(contentType: string | undefined, contentEncoding: string | undefined): boolean {
  if (contentEncoding !== undefined && contentEncoding !== 'identity') return false;
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || /^application\/(json|xml|javascript)$/.test(type);
}

function joinedQuery(query: string): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const before = joined[name];
    joined[name] = before === undefined ? value : `${before},${value}`;
  }
  return joined;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22/Nov/2026:13:33:00 +0000`. */
export function commonLogTime(epochMs: number): string {
  const at = new Date(epochMs);
  const day = String(at.getUTCDate()).padStart(2, '0');
  return `${day}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}:${at.toISOString().slice(11, 19)} +0000`;
}
