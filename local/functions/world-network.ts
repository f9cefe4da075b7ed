import dgram from 'node:dgram';
import dns, { type LookupAddress, type LookupOptions, type ResolverOptions } from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';
import { constants } from 'node:os';
import type { WorldNetwork } from '../world/network.ts';

/** Node's own handle of a TCP connection: every connection of a process, whoever makes it, begins with one of these. */
interface TcpHandle {
  connect(request: unknown, address: string, port: number): number;
  connect6(request: unknown, address: string, port: number): number;
}
type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address?: string | LookupAddress[],
  family?: number,
) => void;

const LOOPBACK = /^127(?:\.\d{1,3}){3}$/;
const LOCALHOST = /^(?:.+\.)?localhost$/i;

/**
 * Puts this process into the world's network: names are what the world's DNS says, its addresses lead to ports
 * of 127.0.0.1, and there is nothing else: no connection and no question leaves the machine, not even by mistake.
 */
export function enterNetwork({ dns: server, routes }: WorldNetwork): void {
  leadConnections(routes);
  askOnly(server);
  Object.assign(dgram, { createSocket: closed('a datagram') });
  syncBuiltinESMExports();
}

function leadConnections(routes: WorldNetwork['routes']): void {
  const { TCP }: { readonly TCP: { readonly prototype: TcpHandle } } = Reflect.get(process, 'binding').call(
    process,
    'tcp_wrap',
  );
  const { connect } = TCP.prototype;
  TCP.prototype.connect = function (this: TcpHandle, request, address, port) {
    if (LOOPBACK.test(address)) return connect.call(this, request, address, port);
    const here = routes[`${address}:${port}`];
    return here === undefined ? -constants.errno.ENETUNREACH : connect.call(this, request, '127.0.0.1', here);
  };
  TCP.prototype.connect6 = () => -constants.errno.ENETUNREACH;
}

/** `lookup` asks the operating system and a resolver its own servers: both would leave the machine. */
function askOnly(server: string): void {
  class Resolver extends dns.Resolver {
    constructor(options?: ResolverOptions) {
      super(options);
      this.setServers([server]);
      this.setServers = closed('a question to another name server');
    }
  }
  class PromisesResolver extends dns.promises.Resolver {
    constructor(options?: ResolverOptions) {
      super(options);
      this.setServers([server]);
      this.setServers = closed('a question to another name server');
    }
  }
  const resolver = new PromisesResolver({ timeout: 2_000, tries: 1 });

  async function addressesOf(hostname: string): Promise<LookupAddress[]> {
    const family = isIP(hostname);
    if (family !== 0) return [{ address: hostname, family }];
    if (LOCALHOST.test(hostname)) return [{ address: '127.0.0.1', family: 4 }];
    try {
      return (await resolver.resolve4(hostname)).map((address) => ({ address, family: 4 }));
    } catch {
      // The operating system says the same of a name that is not there and of one without an address.
      const unknown = { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname };
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), unknown);
    }
  }

  function lookup(hostname: string, options: LookupOptions | number, callback: LookupCallback): void {
    const all = typeof options === 'object' && options.all === true;
    addressesOf(hostname).then((found) => {
      if (all) callback(null, found);
      else callback(null, found[0]?.address ?? '', found[0]?.family ?? 0);
    }, callback);
  }

  dns.setServers([server]);
  Object.assign(dns.promises, {
    Resolver: PromisesResolver,
    setServers: closed('a question to another name server'),
    lookupService: closed('a question about an address'),
    lookup: async (hostname: string, options?: LookupOptions) => {
      const found = await addressesOf(hostname);
      return options?.all === true ? found : found[0];
    },
  });
  Object.assign(dns, {
    Resolver,
    setServers: closed('a question to another name server'),
    lookupService: closed('a question about an address'),
    lookup: (hostname: string, options: LookupOptions | LookupCallback, callback?: LookupCallback) =>
      typeof options === 'function'
        ? lookup(hostname, {}, options)
        : lookup(hostname, options, callback ?? (() => {})),
  });
}

/** For what nothing in a function needs: it would get around the rest of this file. */
function closed(what: string): () => never {
  return () => {
    throw new Error(`${what} would leave the world`);
  };
}
