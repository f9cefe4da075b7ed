import { isMailAddress } from '#domain/model/mail-address.ts';
import type { Autodiscover, DiscoveryResult, DiscoveryVerdict } from '#domain/ports/exchange.ts';
import { withinTime } from '../../time-limit.ts';
import { codeOf } from '../outgoing/network-failures.ts';
import type { EwsWorld } from '../world.ts';
import { createDiscovery } from './discovery.ts';
import type { ResolveSrv } from './srv.ts';
import { inOrder, resolveSrvWithDns } from './srv.ts';

/** Addresses that one discovery may be redirected to, the first included. */
const MOST_ADDRESSES = 3;

/**
 * Autodiscover, POX and SOAP, in the order of reference [MS-OXDISCO] without Active Directory: the domain
 * itself, `autodiscover.` beneath it, the unauthenticated redirect of the latter, the SRV record. Credentials go
 * only to hosts of allowedExchangeHosts, with at most two failed sign-ins; ten redirects; each place gets a
 * verdict. A 401 at one place is not the end; only if nothing else answers is it about the credentials.
 */
export function createAutodiscover(
  world: EwsWorld,
  resolveSrv: ResolveSrv = (name) => resolveSrvWithDns(name),
): Autodiscover {
  async function discover(request: Parameters<Autodiscover['discover']>[0]): Promise<DiscoveryResult> {
    const verdicts: DiscoveryVerdict[] = [];
    const discovery = createDiscovery(request, world, verdicts);
    let address: string | undefined = request.credentials.email;
    for (let count = 0; address !== undefined; count += 1) {
      if (count === MOST_ADDRESSES) {
        verdicts.push({ place: 'e-mail address', verdict: 'not followed: three addresses are enough' });
        break;
      }
      const domain = domainOf(address);
      if (domain === undefined) {
        verdicts.push({ place: 'e-mail address', verdict: 'has no domain that autodiscover could ask' });
        break;
      }
      const found = await tryDomain(domain, address);
      if (found?.kind === 'settings') {
        return { ok: true, ewsUrl: found.ewsUrl, verdicts, failedSignIns: discovery.failedSignIns() };
      }
      address = found?.address;
    }
    if (discovery.onlyRefusals()) {
      verdicts.push({
        place: 'sign-in',
        verdict: 'every server that answered refused the user name or password',
      });
    }
    return { ok: false, verdicts, failedSignIns: discovery.failedSignIns() };

    async function tryDomain(domain: string, email: string): ReturnType<typeof discovery.tryHost> {
      return (
        (await discovery.tryHost(domain, email)) ??
        (await discovery.tryHost(`autodiscover.${domain}`, email)) ??
        (await discovery.tryPlainRedirect(`autodiscover.${domain}`, email)) ??
        (await trySrv(`_autodiscover._tcp.${domain}`, email))
      );
    }

    async function trySrv(place: string, email: string): ReturnType<typeof discovery.tryHost> {
      const remainingMs = request.deadlineMs - world.now();
      if (remainingMs <= 0) {
        verdicts.push({ place, verdict: 'not asked: no time left' });
        return undefined;
      }
      try {
        const targets = inOrder(await withinTime(remainingMs, resolveSrv(place)));
        if (targets.length === 0) {
          verdicts.push({ place, verdict: 'names no server' });
        }
        for (const { name, port } of targets) {
          const found = await discovery.tryHost(port === 443 ? name : `${name}:${port}`, email);
          if (found !== undefined) {
            return found;
          }
        }
      } catch (error) {
        verdicts.push({ place, verdict: `no SRV record (${codeOf(error)})` });
      }
      return undefined;
    }
  }

  return { discover };
}

/** Domain of an address as a host name in ASCII; undefined where it is none, or the address is none. */
function domainOf(address: string): string | undefined {
  const domain = isMailAddress(address) ? /@([^@/?#]+)$/.exec(address)?.[1] : undefined;
  const host = domain === undefined ? undefined : URL.parse(`https://${domain}/`)?.hostname;
  return host !== undefined &&
    /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(host)
    ? host
    : undefined;
}
