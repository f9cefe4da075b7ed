import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import type { HttpAnswer } from './connection.ts';

type NotEws = Extract<ExchangeFailure, { kind: 'redirected' | 'web-page' }>;

/** IIS: the sign-in at Outlook on the web has ended. */
const LOGIN_TIMEOUT = 440;
const LOOKED_AT_BYTES = 64 * 1024;
/** A DNS name; a longer one is somebody's text. */
const MOST_HOST_CHARACTERS = 253;

/**
 * What stands where EWS should answer: a redirect, or a page for people. Undefined where it is neither. Of a Location
 * only the host is told, and the path where it is that of EWS: the rest may name the user.
 */
export function notEws(
  { status, headers, body }: Pick<HttpAnswer, 'status' | 'headers' | 'body'>,
  host: string,
): NotEws | undefined {
  if (status >= 300 && status < 400) {
    const target = targetOf(headers.location, host);
    return { kind: 'redirected', detail: `${host} answered ${status} and ${target}` };
  }
  if (status === LOGIN_TIMEOUT) {
    return { kind: 'web-page', detail: `${host} answered 440, as an expired sign-in page does` };
  }
  return status === 200 ? pageOf(body, headers['content-type'] ?? '', host) : undefined;
}

function targetOf(location: string | undefined, host: string): string {
  const target = location === undefined ? null : URL.parse(location, `https://${host}/`);
  if (target === null || target.host.length > MOST_HOST_CHARACTERS) return 'names no other place';
  if (/^\/ews\/exchange\.asmx$/i.test(target.pathname))
    return `names ${target.protocol}//${target.host}${target.pathname}`;
  return target.host === host ? 'names another path of its own' : `names the host ${target.host}`;
}

function pageOf(body: Uint8Array, contentType: string, host: string): NotEws | undefined {
  const text = beginningOf(body);
  const isPage = /^text\/html\b/i.test(contentType) || /^\s*(?:<!doctype html|<html)\b/i.test(text);
  if (!isPage || text.trim() === '') return undefined;
  const what = asksForPassword(body) ? 'a sign-in page' : 'a web page';
  return { kind: 'web-page', detail: `${host} answered 200 with ${what}` };
}

export function asksForPassword(body: Uint8Array): boolean {
  return /type\s*=\s*["']?password/i.test(beginningOf(body));
}

function beginningOf(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1', 0, LOOKED_AT_BYTES);
}
