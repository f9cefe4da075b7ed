import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { SignIn } from './auth/sign-in.ts';
import type { Modes } from './modes.ts';

/** Ways to spoil an answer that would be right. */
export type Spoil = 'reset' | 'hang' | 'truncated' | 'half-xml' | 'oversized' | 'doctype' | 'gzip';

export interface Reply {
  readonly status: number;
  readonly body: string;
  /** Default text/xml; charset=utf-8. */
  readonly type?: string | undefined;
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
  readonly spoil?: Spoil | undefined;
}

const REQUEST_LIMIT_BYTES = 4_194_304;
const OVERSIZE_CHARACTERS = 16_777_216;

export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size <= REQUEST_LIMIT_BYTES) parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Real milliseconds; does not keep the process alive. */
export function waitMs(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms).unref();
  return promise;
}

/** Resolves when the answer is written, cut off or left hanging, as the reply says. */
export function sendReply(response: ServerResponse, reply: Reply, gzip: boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (reply.spoil === 'hang') return Promise.resolve();
  if (reply.spoil === 'reset') {
    response.destroy();
    return Promise.resolve();
  }
  const text = spoiled(reply.body, reply.spoil);
  const compressed = gzip || reply.spoil === 'gzip';
  const bytes = compressed ? gzipSync(text) : Buffer.from(text, 'utf8');
  response.writeHead(reply.status, {
    'Content-Type': reply.type ?? 'text/xml; charset=utf-8',
    'Content-Length': bytes.length,
    ...(compressed ? { 'Content-Encoding': 'gzip' } : {}),
    // Exchange sets cookies for affinity; a client must not carry them over to another user.
    'Set-Cookie': 'exchangecookie=5f2c9a; expires=Thu, 31-Dec-2099 00:00:00 GMT; path=/; HttpOnly',
    ...reply.headers,
  });
  response.on('close', resolve);
  if (reply.spoil === 'truncated') {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
  } else response.end(bytes, resolve);
  return promise;
}

function spoiled(body: string, spoil: Spoil | undefined): string {
  const afterDeclaration = body.indexOf('?>') + 2;
  const [declaration, rest] = body.includes('?>')
    ? [body.slice(0, afterDeclaration), body.slice(afterDeclaration)]
    : ['', body];
  if (spoil === 'half-xml') return body.slice(0, Math.floor(body.length / 2));
  if (spoil === 'oversized') return declaration + ' '.repeat(OVERSIZE_CHARACTERS) + rest;
  if (spoil === 'doctype') return `${declaration}<!DOCTYPE Envelope [<!ENTITY a "aaaaaaaaaa">]>${rest}`;
  return body;
}

/** The answer to somebody who has not signed in. */
export function unauthorized(who: Exclude<SignIn, { kind: 'in' }>, modes: Modes): Reply {
  if (who.kind === 'certificate-needed')
    return page(403, '403.7 - Forbidden: SSL client certificate is required.');
  if (who.kind === 'challenge')
    return { ...page(401, 'Unauthorized'), headers: { 'WWW-Authenticate': who.header } };
  return page(401, 'Unauthorized', {
    'WWW-Authenticate': challenges(modes, who.kind === 'refused' ? who.header : undefined),
  });
}

/** One `WWW-Authenticate` value for each scheme that the server offers. */
export function challenges(modes: Modes, bearerHeader?: string): string[] {
  const spelled = {
    Basic: 'Basic realm="mail.example.com"',
    NTLM: 'NTLM',
    Negotiate: 'Negotiate',
    Bearer: bearerHeader ?? 'Bearer client_id="00000002-0000-0ff1-ce00-000000000000"',
  };
  return modes.offers.flatMap((scheme) => (scheme === 'Certificate' ? [] : [spelled[scheme]]));
}

/** A page as IIS shows it. */
export function page(status: number, title: string, headers: Reply['headers'] = {}): Reply {
  const body = `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd"><html><head><title>${title}</title></head><body><h2>${title}</h2><br></body></html>`;
  return { status, body, type: 'text/html', headers };
}
