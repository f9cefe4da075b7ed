import { isObject, type Json } from '../template/json.ts';

export interface GatewayReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** API Gateway's own answers. HTTP API offers no way to give them another form, so clients see these. */
export const OWN_ANSWERS = {
  badRequest: { status: 400, message: 'Bad Request' },
  notFound: { status: 404, message: 'Not Found' },
  tooLarge: { status: 413, message: 'Request Entity Too Large' },
  tooManyRequests: { status: 429, message: 'Too Many Requests' },
  // The status for more than 10,240 bytes of request line and headers is not documented; 431 says what it is.
  headersTooLarge: { status: 431, message: 'Request Header Fields Too Large' },
  failed: { status: 500, message: 'Internal Server Error' },
  timedOut: { status: 503, message: 'Service Unavailable' },
} as const;
export type OwnAnswer = keyof typeof OWN_ANSWERS;

export function ownReply(answer: OwnAnswer): GatewayReply {
  const { status, message } = OWN_ANSWERS[answer];
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/**
 * What a function returned as an HTTP answer (format 2.0). Without `statusCode` the whole value is a JSON
 * body with status 200; undefined where the answer is malformed, for which the gateway says 500.
 */
export function replyOf(payload: Json): GatewayReply | undefined {
  if (!isObject(payload) || payload.statusCode === undefined) {
    return jsonReply(typeof payload === 'string' ? payload : JSON.stringify(payload));
  }
  const { statusCode, headers, body, isBase64Encoded, cookies } = payload;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined;
  const named: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(isObject(headers) ? headers : {})) {
    if (value !== undefined && value !== null) named[name.toLowerCase()] = String(value);
  }
  if (Array.isArray(cookies)) named['set-cookie'] = cookies.map(String);
  const bytes = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
  if (bytes.length > 0) named['content-type'] ??= 'text/plain;charset=UTF-8';
  return { status, headers: named, body: bytes };
}

function jsonReply(text: string): GatewayReply {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
}
