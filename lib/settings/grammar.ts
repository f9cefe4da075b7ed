import { isIPv4 } from 'node:net';
import * as z from 'zod';

/** Why a text is not acceptable as an allowed host; undefined where it is. */
export function hostComplaint(entry: string): string | undefined {
  if (entry === '*') return undefined;
  const [, host = entry, port] = /^([^/:]+):(\d{1,5})$/.exec(entry) ?? [];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return 'a port is from 1 to 65535';
  return nameComplaint(host);
}

function nameComplaint(entry: string): string | undefined {
  if (/^\d+(\.\d+){3}$|:/.test(entry)) return 'name the host, not an address or a URL';
  if (/^(.*\.)?localhost$/.test(entry)) return 'loopback is for the stage "local" alone';
  const label = '[a-z0-9]([a-z0-9-]*[a-z0-9])?';
  if (!new RegExp(`^(\\*\\.)?${label}(\\.${label})*$`).test(entry)) {
    return 'write host names in lower case, such as mail.example.com or *.example.com';
  }
  // 127.1, 2130706433 and 0x7f.1 are 127.0.0.1 to whoever reads a URL.
  const read = URL.parse(`https://${entry.replace('*.', '')}/`)?.hostname;
  if (read === undefined || isIPv4(read)) return 'name the host, not an address or a URL';
  return undefined;
}

/** The one form in which the local stage may name loopback. */
export function isLoopbackEntry(entry: string): boolean {
  return /^https?:\/\/127\.0\.0\.1:(\*|\d{1,5})$/.test(entry);
}

/** Every host entry that this stage may not use, each with its reason. */
export function hostComplaints(entries: readonly string[], stage: string): readonly string[] {
  return entries.flatMap((entry) => {
    if (isLoopbackEntry(entry)) {
      return stage === 'local' ? [] : [`"${entry}": loopback and http are for the stage "local" alone`];
    }
    const complaint = hostComplaint(entry);
    return complaint === undefined ? [] : [`"${entry}": ${complaint}`];
  });
}

/** Absolute path without query; `*` stands for one segment. */
export const ewsPath = z.string().regex(/^(?:\/(?:\*|(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+))+$/);

/** IPv4 network in CIDR notation, e.g. 10.20.0.0/16, or IPv6, e.g. fd00::/8. */
export const cidr = z.union([z.cidrv4(), z.cidrv6()]);

export const emailAddress = z.email();

/** Edit distance, for "did you mean". */
export function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const above = row[j] ?? 0;
      const diagonal = row[j - 1] ?? 0;
      const before = next[j - 1] ?? 0;
      next.push(Math.min(above + 1, before + 1, diagonal + (left[i - 1] === right[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

/** First minor version of Aurora PostgreSQL with the Data API, by major version (Aurora guide, 2026-11-22). */
export const DATA_API_SINCE: Readonly<Record<string, number>> = { '15': 3, '16': 1, '17': 4, '18': 3 };
/** First minor version that can be paused, where that is not the first with the Data API. */
const PAUSE_SINCE: Readonly<Record<string, number>> = { '15': 7, '16': 3 };

export function hasDataApi(version: string): boolean {
  return isSince(version, DATA_API_SINCE);
}

export function canPause(version: string): boolean {
  return hasDataApi(version) && isSince(version, { ...DATA_API_SINCE, ...PAUSE_SINCE });
}

function isSince(version: string, since: Readonly<Record<string, number>>): boolean {
  const [, major = '', minor = ''] = /^(\d{2})\.(\d{1,2})$/.exec(version) ?? [];
  return Number(minor) >= (since[major] ?? Number.POSITIVE_INFINITY);
}
