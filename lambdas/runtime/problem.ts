import { ERROR_TABLE, type Refusal } from '#domain/errors.ts';
import type { HttpReply } from './http.ts';

/**
 * A refusal as `application/problem+json` (RFC 9457) with `code` from the closed list. `instance` is the
 * request's correlation id: what a caller quotes and an administrator searches the logs for.
 */
export function problem(refusal: Refusal, requestId: string): HttpReply {
  const row = ERROR_TABLE[refusal.code];
  return {
    statusCode: row.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(refusal.retryAfterSeconds === undefined
        ? {}
        : { 'retry-after': String(refusal.retryAfterSeconds) }),
      ...(row.status === 401 ? { 'www-authenticate': 'ApiToken' } : {}),
    },
    body: JSON.stringify({
      type: 'about:blank',
      title: row.title,
      status: row.status,
      code: refusal.code,
      detail: refusal.detail,
      instance: `urn:ens:request:${requestId}`,
      ...refusal.extra,
    }),
  };
}
