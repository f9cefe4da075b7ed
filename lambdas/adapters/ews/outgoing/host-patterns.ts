import { isIP } from 'node:net';

/** One entry of allowedExchangeHosts or allowedTokenHosts, read. */
export interface HostPattern {
  /** `http` only where the entry says so. */
  readonly scheme: 'http' | 'https';
  /** Exact name or address, `*.suffix` as suffix, or any. */
  readonly match: 'exact' | 'suffix' | 'any';
  readonly host: string;
  /** Undefined: any port. */
  readonly port: number | undefined;
}

const ENTRY =
  /^(?:(?<scheme>https?):\/\/)?(?<host>\*|(?:\*\.)?[^\s/:@*?#[\]]+|\[[0-9a-f:.]+\])(?::(?<port>\*|\d{1,5}))?$/i;

/**
 * Reads an entry: `mail.example.com`, `*.example.com` (names below it, not itself), `*` (everything, has to be
 * written out), each with an optional `:port` or `:*`; `http://127.0.0.1:*` allows plain http to that very
 * host and is meant for the local stage. Throws a sentence naming `setting` where the entry is none of these.
 */
export function readHostPattern(entry: string, setting: string): HostPattern {
  const { scheme = 'https', host = '', port } = ENTRY.exec(entry.trim())?.groups ?? {};
  const plain = scheme.toLowerCase() === 'http';
  const wildcard = host === '*' || host.startsWith('*.');
  const name = host === '*' ? '' : normalHost(host.startsWith('*.') ? host.slice(2) : host);
  if (host === '' || name === undefined || (plain && wildcard)) {
    throw new Error(
      `${setting}: "${entry}" is not of the form mail.example.com, *.example.com, * or mail.example.com:8443`,
    );
  }
  const usualPort = plain ? 80 : 443;
  return {
    scheme: plain ? 'http' : 'https',
    match: host === '*' ? 'any' : wildcard ? 'suffix' : 'exact',
    host: name,
    port: port === '*' ? undefined : port === undefined ? usualPort : Number(port),
  };
}

/** Whether the URL's scheme, host and port fit the entry. */
export function matches(pattern: HostPattern, url: URL): boolean {
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port);
  return (
    url.protocol === `${pattern.scheme}:` &&
    (pattern.port === undefined || pattern.port === port) &&
    matchesHost(pattern, url.hostname)
  );
}

export function matchesHost(pattern: HostPattern, hostname: string): boolean {
  switch (pattern.match) {
    case 'any':
      return true;
    case 'suffix':
      return isIP(hostname) === 0 && hostname.endsWith(`.${pattern.host}`);
    case 'exact':
      return hostname === pattern.host;
  }
}

/** Only an entry that spells it out opens loopback; `synth` refuses such entries outside the local stage. */
export function opensLoopback({ scheme, match, host }: HostPattern): boolean {
  return scheme === 'http' || (match === 'exact' && host === '127.0.0.1');
}

function normalHost(host: string): string | undefined {
  const url = URL.parse(`https://${host}/`);
  return url === null || url.hostname === '' ? undefined : url.hostname;
}
