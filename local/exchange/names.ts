import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { EXCHANGE_ADDRESS, type WorldNetwork } from '../world/network.ts';
import { type LocalDns, startLocalDns, type Zone } from './dns.ts';
import type { Exchange } from './exchange.ts';
import type { Authority, Identity } from './tls/certificates.ts';
import { domainOf, USUAL_HOSTS } from './urls.ts';

/**
 * The simulated Exchange under names of its own. Every domain that has a mailbox has them: the domain itself,
 * `mail.` and `autodiscover.` beneath it, `<site>.` for every site, and an SRV record that names `mail.`.
 */
export interface ExchangeNames {
  /** Says so, unless told otherwise for a name. */
  readonly dns: LocalDns;
  /** For whoever is to find the names. */
  readonly network: WorldNetwork;
  /** Shows this certificate under a name from now on, in place of a right one. */
  present(host: string, identity: Identity): void;
  close(): void;
}

/** Serves it over TLS, with a certificate of the authority for whatever name is asked for, and over plain http. */
export async function serveNames(exchange: Exchange, authority: Authority): Promise<ExchangeNames> {
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    exchange.handle(request, response, request.url ?? '/');
  const contexts = new Map<string, SecureContext>();
  const secure = createHttpsServer(
    { SNICallback: (name, callback) => callback(null, contextFor(name.toLowerCase())) },
    handle,
  );
  const plain = createHttpServer(handle);
  const routes = {
    [`${EXCHANGE_ADDRESS}:443`]: await portOf(secure),
    [`${EXCHANGE_ADDRESS}:80`]: await portOf(plain),
  };
  const dns = await startLocalDns(zoneOf(exchange));

  function contextFor(host: string): SecureContext {
    const known = contexts.get(host) ?? contextOf(authority.issue({ commonName: host, hosts: [host] }));
    contexts.set(host, known);
    return known;
  }

  return {
    dns,
    network: { dns: dns.address, routes },
    present: (host, identity) => void contexts.set(host, contextOf(identity)),
    close() {
      dns.close();
      for (const server of [secure, plain]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function contextOf({ certificate, privateKey }: Identity): SecureContext {
  return createSecureContext({ cert: certificate, key: privateKey });
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function zoneOf(exchange: Exchange): Zone {
  const isMailDomain = (name: string) =>
    exchange.mailboxes.all().some(({ email }) => domainOf(email) === name);
  return {
    addresses(name) {
      const [label = '', ...rest] = name.split('.');
      const isHost = USUAL_HOSTS.includes(label) || exchange.sites.has(label);
      return isMailDomain(name) || (isHost && isMailDomain(rest.join('.'))) ? [EXCHANGE_ADDRESS] : undefined;
    },
    services(name) {
      const domain = /^_autodiscover\._tcp\.(.+)$/.exec(name)?.[1];
      if (domain === undefined || !isMailDomain(domain)) return undefined;
      return [{ priority: 0, weight: 0, port: 443, target: `mail.${domain}` }];
    },
  };
}
