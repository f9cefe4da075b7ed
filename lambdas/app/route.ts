import { APP_PATH } from '#contract';
import { DependencyUnavailable, refuse } from '#domain/errors.ts';
import { empty, type HttpReply, type HttpRequest, json } from '#runtime/http.ts';
import type { Route } from '#runtime/http-function.ts';
import { problem } from '#runtime/problem.ts';
import type { SiteFile } from './site-files.ts';

export interface AppParts {
  readonly files: ReadonlyMap<string, SiteFile>;
  /** VAPID key as `applicationServerKey` takes it; undefined where Web Push is switched off. */
  readonly publicKey: (() => Promise<string>) | undefined;
  /** Template of the address of a mail in Outlook on the web. */
  readonly webMailUrl: string | undefined;
  readonly version: string;
}

const FRONT_PAGE = 'index.html';

/** No inline code, nothing from other origins; `connect-src` covers the API, which has the same origin. */
const SECURITY_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types lit-html ens',
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
} as const;

/** The web app: its files with ETags, and what it has to know of this deployment. */
export function createAppRoute(parts: AppParts): Route {
  return async (request) => {
    const name = request.path.file ?? FRONT_PAGE;
    if (name === 'config.json') return configuration(parts, request);
    const file = parts.files.get(name);
    return file === undefined ? empty(404) : fileReply(file, request.headers['if-none-match']);
  };
}

async function configuration(
  { publicKey, webMailUrl, version }: AppParts,
  { requestId }: HttpRequest,
): Promise<HttpReply> {
  if (publicKey === undefined) return json(200, { webPush: false, version });
  try {
    return json(200, { webPush: true, applicationServerKey: await publicKey(), webMailUrl, version });
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    const { refusal } = refuse('TEMPORARILY_UNAVAILABLE', 'The signing key cannot be read now. Try again.');
    return problem({ ...refusal, retryAfterSeconds: 30 }, requestId);
  }
}

function fileReply({ contentType, body, etag }: SiteFile, ifNoneMatch: string | undefined): HttpReply {
  const headers = {
    ...SECURITY_HEADERS,
    etag,
    // Asked for anew each time, and answered with 304 where nothing has changed.
    'cache-control': 'no-cache',
    'service-worker-allowed': APP_PATH,
  };
  if (ifNoneMatch?.split(/\s*,\s*/).includes(etag)) return { statusCode: 304, headers, body: '' };
  return {
    statusCode: 200,
    headers: { ...headers, 'content-type': contentType },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  };
}
