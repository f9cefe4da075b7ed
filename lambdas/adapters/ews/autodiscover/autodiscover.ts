import { setTimeout } from 'node:timers/promises';
import { isMailAddress } from '#domain/model/mail-address.ts';
import type { Autodiscover, DiscoveryResult, DiscoveryVerdict } from '#domain/ports/exchange.ts';
import { withinTime } from '../../time-limit.ts';
import { codeOf } from '../outgoing/network-failures.ts';
import type { EwsWorld } from '../world.ts';
import { createDiscovery, type Discovery, type Found, type Look } from './discovery.ts';
import { firstFound } from './side-by-side.ts';
import type { ResolveSrv } from './srv.ts';
import { inOrder, resolveSrvWithDns } from './srv.ts';

/** Addresses that one discovery may be redirected to, the first included. */
const MOST_ADDRESSES = 3;

/** How long a place may keep the next one waiting. */
const PAUSE_MS = 300;

/**
 * Autodiscover, POX and SOAP, over the places of reference [MS-OXDISCO] without Active Directory: what told it last
 * time, the domain itself, `autodiscover.` beneath it, the unauthenticated redirect of the latter, the SRV record.
 * They are asked side by side, and the first one that tells counts. Credentials go only to hosts of
 * allowedExchangeHosts, one sign-in at a time, with at most two failed ones; ten redirects; each place gets a verdict.
 * A 401 at one place is not the end; only if nothing else answers is it about the credentials.
 */
export function createAutodiscover(
  world: EwsWorld,
  resolveSrv: ResolveSrv = (name) => resolveSrvWithDns(name),
  pause: () => Promise<void> = () => setTimeout(PAUSE_MS, undefined, { ref: false }),
): Autodiscover {
  async function discover(request: Parameters<Autodiscover['discover']>[0]): Promise<DiscoveryResult> {
    const verdicts: DiscoveryVerdict[] = [];
    const discovery = createDiscovery(request, world);
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
      const round = await tryDomain(discovery, domain, address, count === 0 ? request.toldLast : undefined);
      verdicts.push(...round.verdicts);
      const { found } = round;
      if (found?.kind === 'settings') {
        const toldBy = count === 0 ? plainPlace(found.place) : undefined;
        return { ok: true, ewsUrl: found.ewsUrl, toldBy, verdicts, failedSignIns: discovery.failedSignIns() };
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

    async function tryDomain(
      { look }: Discovery,
      domain: string,
      email: string,
      toldLast: string | undefined,
    ): Promise<{ readonly found: Found; readonly verdicts: readonly DiscoveryVerdict[] }> {
      const over = new AbortController();
      const places: ((at: Look, told: DiscoveryVerdict[]) => Promise<Found>)[] = [
        ...(toldLast === undefined ? [] : [(at: Look) => at.tryKnown(toldLast, email)]),
        (at) => at.tryHost(domain, email),
        (at) => at.tryHost(`autodiscover.${domain}`, email),
        (at) => at.tryPlainRedirect(`autodiscover.${domain}`, email),
        (at, told) => trySrv(at, told, `_autodiscover._tcp.${domain}`, email),
      ];
      const told = places.map((): DiscoveryVerdict[] => []);
      const looks = places.map((place, index) => {
        const mine = told[index] ?? [];
        return () => place(look(mine, over.signal), mine);
      });
      const found = await firstFound(looks, pause);
      over.abort();
      return { found, verdicts: told.flat() };
    }

    async function trySrv(
      at: Look,
      verdicts: DiscoveryVerdict[],
      place: string,
      email: string,
    ): Promise<Found> {
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
        const looks = targets.map(
          ({ name, port }) =>
            () =>
              at.tryHost(port === 443 ? name : `${name}:${port}`, email),
        );
        return await firstFound(looks, pause);
      } catch (error) {
        verdicts.push({ place, verdict: `no SRV record (${codeOf(error)})` });
      }
      return undefined;
    }
  }

  return { discover };
}

/** A URL that names nobody: the usual path and no query. */
function plainPlace(url: string): string | undefined {
  return /^https:\/\/[^/?#@]+\/autodiscover\/autodiscover\.(?:xml|svc)$/i.test(url) ? url : undefined;
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
