/** What the function processes find in place of the Internet. */
export interface WorldNetwork {
  /** `127.0.0.1:<port>` of the only DNS server that they ask. */
  readonly dns: string;
  /** Port on 127.0.0.1 by `<address>:<port>` of the world's network. Nothing else there answers. */
  readonly routes: Readonly<Record<string, number>>;
}

/**
 * Where the names of the simulated Exchange lead. Of a range that is for documents alone (RFC 5737), so that no
 * machine anywhere has it; the local stage opens the range with its setting allowedExchangeCidrs.
 */
export const EXCHANGE_ADDRESS = '198.51.100.25';

/** A network where there is nobody, for a process that runs without a world. */
export const EMPTY_NETWORK: WorldNetwork = { dns: '127.0.0.1:9', routes: {} };
