import type { EpochMs } from '../model/subscription.ts';
import type { EwsUrlCache, KnownExchange } from '../ports/store.ts';

const CACHE_MS = 86_400_000;
/** Host name as DNS has it (RFC 1123): nothing else is kept of what a client wrote. */
const DOMAIN =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** EWS URL that was found for the mail domain of this address less than a day ago, and who told it last. */
export async function knownUrl(
  ewsUrls: Pick<EwsUrlCache, 'find'>,
  email: string,
  now: EpochMs,
): Promise<KnownExchange> {
  const domain = domainOf(email);
  return domain === undefined ? {} : ewsUrls.find(domain, now - CACHE_MS);
}

/** Keeps a URL that has served this user: what autodiscover merely tells is nobody else's business. */
export async function rememberUrl(
  ewsUrls: Pick<EwsUrlCache, 'save'>,
  email: string,
  found: Parameters<EwsUrlCache['save']>[1],
  now: EpochMs,
): Promise<void> {
  const domain = domainOf(email);
  if (domain !== undefined) await ewsUrls.save(domain, found, now);
}

/** The autodiscover server that told the URL, where that is known. */
export async function forgetUrl(
  ewsUrls: Pick<EwsUrlCache, 'forget'>,
  email: string,
): Promise<string | undefined> {
  const domain = domainOf(email);
  return domain === undefined ? undefined : (await ewsUrls.forget(domain)).toldBy;
}

/** Domain part of an address in lower-case ASCII; undefined where it is no host name. */
function domainOf(email: string): string | undefined {
  const domain = URL.parse(`https://${email.slice(email.lastIndexOf('@') + 1)}/`)?.hostname;
  return domain !== undefined && DOMAIN.test(domain) ? domain : undefined;
}
