import { Resolver } from 'node:dns/promises';

export interface SrvTarget {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** SRV records of a DNS name; rejects with a `code` like ENOTFOUND. */
export type ResolveSrv = (name: string) => Promise<readonly SrvTarget[]>;

const QUERY_TIMEOUT_MS = 2_000;
const MOST_TARGETS = 3;

/** Asks these name servers (`address` or `address:port`), or those of the system; bounded in time. */
export async function resolveSrvWithDns(
  name: string,
  servers?: readonly string[],
): Promise<readonly SrvTarget[]> {
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: 1 });
  if (servers !== undefined) {
    resolver.setServers(servers);
  }
  return resolver.resolveSrv(name);
}

/** In the order of RFC 2782, heavier first within a priority; a target "." means that there is no service. */
export function inOrder(targets: readonly SrvTarget[]): readonly SrvTarget[] {
  return [...targets]
    .filter(({ name }) => name !== '' && name !== '.')
    .sort((a, b) => a.priority - b.priority || b.weight - a.weight)
    .slice(0, MOST_TARGETS);
}
