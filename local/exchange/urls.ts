import type { Mailbox } from './mailbox/types.ts';

/**
 * The EWS URL of a mailbox, in its two forms. Beneath an origin sites are told apart by their path, beneath a mail
 * domain by their name: `https://mail.example.com/EWS/Exchange.asmx` is the ordinary one.
 */
export function urlBeneath(origin: string, { site }: Mailbox): string {
  return `${origin}${site === '' ? '' : `/site/${site}`}/EWS/Exchange.asmx`;
}

export function urlByName({ site, email }: Mailbox): string {
  return `https://${site === '' ? 'mail' : site}.${domainOf(email)}/EWS/Exchange.asmx`;
}

/** First labels that every mail domain has beneath it, besides the names of sites. */
export const USUAL_HOSTS: readonly string[] = ['mail', 'autodiscover'];

/** The site whose EWS a request is for ('' is the ordinary one); undefined where it is for something else. */
export function siteOf(host: string, pathname: string, sites: ReadonlySet<string>): string | undefined {
  const path = /^(?:\/site\/([a-z0-9-]+))?\/ews\/exchange\.asmx$/i.exec(pathname);
  if (path === null) return undefined;
  const label = host.toLowerCase().split('.', 1)[0] ?? '';
  return path[1] ?? (sites.has(label) ? label : '');
}

export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase();
}
