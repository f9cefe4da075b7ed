import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** One request of API Gateway's payload format 2.0, as far as the routes need it. */
export interface HttpRequest {
  readonly routeKey: string;
  readonly requestId: string;
  /** Address of the caller. Goes into no log and no metric; refused callers are named by a keyed hash of it. */
  readonly sourceIp: string;
  /** Names in lower case, as the gateway sends them. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Bytes as sent; empty where there is no body. */
  readonly body: Uint8Array;
}

export type HttpReply = APIGatewayProxyStructuredResultV2;

/** Reads the gateway's event. Header names are lowered, so that a test tool's spelling works as well. */
export function readRequest(event: APIGatewayProxyEventV2): HttpRequest {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(event.headers ?? {})) headers[name.toLowerCase()] = value;
  return {
    routeKey: event.routeKey,
    requestId: event.requestContext.requestId,
    sourceIp: event.requestContext.http.sourceIp,
    headers,
    path: event.pathParameters ?? {},
    query: event.queryStringParameters ?? {},
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
  };
}

const NO_STORE = { 'cache-control': 'no-store' } as const;

export function json(statusCode: number, value: unknown): HttpReply {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', ...NO_STORE },
    body: JSON.stringify(value),
  };
}

export function empty(statusCode: number): HttpReply {
  return { statusCode, headers: NO_STORE, body: '' };
}

/** `text/xml` as Exchange expects the answer to a notification. */
export function xml(statusCode: number, body: string): HttpReply {
  return { statusCode, headers: { 'content-type': 'text/xml; charset=utf-8', ...NO_STORE }, body };
}
