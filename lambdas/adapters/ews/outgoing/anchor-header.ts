/**
 * `X-AnchorMailbox`, by which Exchange routes to the server of the mailbox. Left out for an address with letters
 * outside ASCII: a header cannot hold them, and Exchange routes without it as well.
 */
export function anchorHeader(email: string): Readonly<Record<string, string>> {
  return /^[\x21-\x7e]{3,254}$/.test(email) ? { 'x-anchormailbox': email } : {};
}
