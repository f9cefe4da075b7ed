import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import type { AddressRules } from './addresses.ts';
import { codeOf } from './network-failures.ts';
import type { Destination } from './outgoing-rules.ts';
import { refusedAddressSentence } from './outgoing-rules.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Every address of a host name, as the operating system sees it. Rejects with a `code` like ENOTFOUND. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export type Pin =
  | { readonly ok: true; readonly lookup: LookupFunction }
  | { readonly ok: false; readonly failure: ExchangeFailure };

export async function resolveWithSystem(hostname: string): Promise<readonly ResolvedAddress[]> {
  return lookup(hostname, { all: true });
}

/**
 * Resolves the destination once, checks every address, and returns a look-up that only ever answers with
 * these: a name that resolves differently the second time is never asked twice.
 */
export async function pinDestination(
  destination: Destination,
  addresses: AddressRules,
  resolve: Resolve,
): Promise<Pin> {
  const host = destination.url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  const found = family === 0 ? await tryResolve(host, resolve) : [{ address: host, family }];
  if (!Array.isArray(found)) {
    return { ok: false, failure: { kind: 'unreachable', detail: `${host} cannot be resolved (${found})` } };
  }
  for (const { address } of found) {
    const kind = addresses.refuse(address, destination.loopbackAllowed);
    if (kind !== undefined) {
      return { ok: false, failure: { kind: 'refused-address', detail: refusedAddressSentence(host, kind) } };
    }
  }
  return { ok: true, lookup: answerWith(found) };
}

async function tryResolve(host: string, resolve: Resolve): Promise<ResolvedAddress[] | string> {
  try {
    const found = await resolve(host);
    return found.length > 0 ? [...found] : 'no address';
  } catch (error) {
    return codeOf(error);
  }
}

function answerWith(pinned: readonly ResolvedAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    const wanted = options.family === 4 || options.family === 6 ? options.family : undefined;
    const usable = pinned.filter(({ family }) => wanted === undefined || family === wanted);
    const [first] = usable;
    if (first === undefined) {
      callback(Object.assign(new Error('no address of that family'), { code: 'ENOTFOUND' }), '', 0);
    } else if (options.all === true) {
      callback(null, [...usable]);
    } else {
      callback(null, first.address, first.family);
    }
  };
}
