import type { HopDetail } from '../view.ts';

/** Anything that the world refused, in its own words. */
export class Refused extends Error {}

export async function send(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(path, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  const value: unknown = text === '' ? undefined : JSON.parse(text);
  if (response.ok) return value;
  const said = typeof value === 'object' && value !== null && 'error' in value ? String(value.error) : '';
  throw new Refused(said === '' ? `The world answered ${response.status}.` : said);
}

export function mailboxPath(email: string): string {
  return `/local/exchange/mailboxes/${encodeURIComponent(email)}`;
}

export async function readHop(journeyId: string, hopId: string): Promise<HopDetail> {
  const response = await fetch(`/local/console/journeys/${journeyId}/${hopId}`);
  if (!response.ok) return { parts: [{ title: 'Gone', text: 'This hop is no longer kept.' }] };
  const detail: HopDetail = await response.json();
  return detail;
}

export type Tables = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

export async function readDatabase(): Promise<Tables> {
  const tables: Tables = await (await fetch('/local/database')).json();
  return tables;
}
