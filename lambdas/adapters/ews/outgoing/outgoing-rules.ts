import type { OutgoingRules } from '#domain/ports/exchange.ts';
import type { AddressRules } from './addresses.ts';
import { createAddressRules } from './addresses.ts';
import { type EwsPaths, readEwsPaths } from './ews-paths.ts';
import type { HostPattern } from './host-patterns.ts';
import { matches, matchesHost, opensLoopback, readHostPattern } from './host-patterns.ts';

export interface OutgoingSettings {
  readonly allowedExchangeHosts: readonly string[];
  readonly allowedExchangeCidrs: readonly string[];
  readonly allowedTokenHosts: readonly string[];
  /** Beside `/EWS/Exchange.asmx`. */
  readonly furtherExchangePaths?: readonly string[];
}

/** A URL that passed the host rules; its addresses are still to be checked when the name is resolved. */
export interface Destination {
  readonly url: URL;
  readonly loopbackAllowed: boolean;
}

export type Judgement =
  | { readonly ok: true; readonly destination: Destination }
  | { readonly ok: false; readonly reason: string };

/** The port's rules, and what the transport needs besides. */
export interface EwsOutgoingRules extends OutgoingRules {
  judgeExchangeUrl(url: string): Judgement;
  /** Any URL of a host of allowedExchangeHosts, such as an autodiscover endpoint. */
  judgeServerUrl(url: string): Judgement;
  judgeTokenEndpoint(url: string): Judgement;
  /** For the one unauthenticated http request of autodiscover: the host rule alone. */
  allowsExchangeHost(hostname: string): boolean;
  readonly addresses: AddressRules;
}

/** Longest host name that DNS knows (RFC 1035, section 3.1). */
export const HOST_CHARACTERS = 253;

const WHAT = { allowedExchangeHosts: 'EWS URL', allowedTokenHosts: 'token endpoint' } as const;
type Setting = keyof typeof WHAT;

/**
 * Rules for every URL that credentials are sent to: https, host on the allow-list, no
 * refused address. Throws where a setting is malformed. Pure: no look-up of names.
 */
export function createOutgoingRules(settings: OutgoingSettings): EwsOutgoingRules {
  const addresses = createAddressRules(settings.allowedExchangeCidrs);
  const exchange = settings.allowedExchangeHosts.map((entry) =>
    readHostPattern(entry, 'allowedExchangeHosts'),
  );
  const token = settings.allowedTokenHosts.map((entry) => readHostPattern(entry, 'allowedTokenHosts'));
  const paths = readEwsPaths(settings.furtherExchangePaths ?? []);
  const judgeServerUrl = (url: string): Judgement => judge(url, exchange, 'allowedExchangeHosts', addresses);
  const judgeExchangeUrl = (url: string): Judgement => judgePath(url, judgeServerUrl(url), paths);
  const judgeTokenEndpoint = (url: string): Judgement => judge(url, token, 'allowedTokenHosts', addresses);
  return {
    addresses,
    judgeExchangeUrl,
    judgeServerUrl,
    judgeTokenEndpoint,
    refuseExchangeUrl: (url) => reasonOf(judgeExchangeUrl(url)),
    exchangeAddress(ewsUrl) {
      const { host, pathname } = new URL(ewsUrl);
      return paths.several ? `${host}${pathname.toLowerCase()}` : host;
    },
    refuseTokenEndpoint: (url) => reasonOf(judgeTokenEndpoint(url)),
    allowsExchangeHost: (hostname) => exchange.some((pattern) => matchesHost(pattern, hostname)),
  };
}

function judge(
  text: string,
  patterns: readonly HostPattern[],
  setting: Setting,
  addresses: AddressRules,
): Judgement {
  const what = WHAT[setting];
  const url = URL.parse(text);
  if (url === null || url.hostname === '') {
    return refusal(`The ${what} is not an absolute URL like https://mail.example.com/EWS/Exchange.asmx.`);
  }
  if (/[\s\p{Cc}]/u.test(text)) {
    return refusal(`The ${what} must not contain blanks or control characters.`);
  }
  if (url.username !== '' || url.password !== '') {
    return refusal(`The ${what} must not contain a user name or password.`);
  }
  if (url.hash !== '' || text.includes('#')) {
    return refusal(`The ${what} must not contain a fragment (#).`);
  }
  if (url.hostname.endsWith('.')) {
    return refusal(`The host of the ${what} must not end with a dot.`);
  }
  if (url.hostname.length > HOST_CHARACTERS) {
    return refusal(`The host of the ${what} is longer than a host name can be.`);
  }
  const pattern = patterns.find((candidate) => matches(candidate, url));
  if (pattern === undefined) {
    return refusal(whyNoPattern(url, patterns, setting));
  }
  const loopbackAllowed = opensLoopback(pattern);
  const kind = isLiteral(url.hostname) ? addresses.refuse(url.hostname, loopbackAllowed) : undefined;
  return kind === undefined
    ? { ok: true, destination: { url, loopbackAllowed } }
    : refusal(refusedAddressSentence(url.hostname, kind));
}

/** Nothing but an EWS endpoint: what else a page of the host may do, a caller does not choose. */
function judgePath(text: string, judgement: Judgement, paths: EwsPaths): Judgement {
  if (!judgement.ok) return judgement;
  const { url } = judgement.destination;
  if (url.search !== '' || text.includes('?')) {
    return refusal('The EWS URL must not contain a query (?).');
  }
  return paths.allows(url.pathname)
    ? judgement
    : refusal(
        'The path of the EWS URL is not allowed: on most servers it is /EWS/Exchange.asmx; add another one to the setting furtherExchangePaths if it is right.',
      );
}

/** Why a host may not be contacted because of where it leads, and which setting would open it. */
export function refusedAddressSentence(host: string, kind: string): string {
  return kind === 'private' || kind === 'link-local' || kind === 'reserved'
    ? `${host} is or resolves to a ${kind} address; where Exchange is reached through a private network, list its range in the setting allowedExchangeCidrs.`
    : `${host} is or resolves to a ${kind} address, to which nothing is ever sent; use the server's public name (no setting, allowedExchangeCidrs included, opens this).`;
}

function whyNoPattern(url: URL, patterns: readonly HostPattern[], setting: Setting): string {
  const what = WHAT[setting];
  if (url.protocol !== 'https:') {
    return `The ${what} must start with https:// (nothing else is sent to a host of ${setting}).`;
  }
  return patterns.some((pattern) => pattern.scheme === 'https' && matchesHost(pattern, url.hostname))
    ? `Port ${url.port} of ${url.hostname} is not allowed; add "${url.host}" to the setting ${setting} if it is right.`
    : `The host ${url.hostname} is not allowed; add it to the setting ${setting} if it is right.`;
}

function isLiteral(hostname: string): boolean {
  return hostname.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(hostname);
}

function refusal(reason: string): Judgement {
  return { ok: false, reason };
}

function reasonOf(judgement: Judgement): string | undefined {
  return judgement.ok ? undefined : judgement.reason;
}
