/** The path that every Exchange has. */
const USUAL = '/EWS/Exchange.asmx';
const ENTRY = /^(?:\/(?:\*|[A-Za-z0-9._-]+))+$/;

/** The paths of a host that EWS requests may go to. */
export interface EwsPaths {
  /** IIS does not distinguish letter case, so neither does this. */
  allows(pathname: string): boolean;
  /** With several paths on one host, the path says which server a mailbox is on. */
  readonly several: boolean;
}

/**
 * `/EWS/Exchange.asmx` and the entries of furtherExchangePaths, in which `*` stands for one segment. Throws a
 * sentence where an entry is no such path.
 */
export function readEwsPaths(further: readonly string[]): EwsPaths {
  const paths = [USUAL, ...further].map(read);
  return {
    allows: (pathname) => paths.some((path) => path.test(pathname)),
    several: further.length > 0,
  };
}

function read(entry: string): RegExp {
  if (!ENTRY.test(entry) || /\/\.{1,2}(?:\/|$)/.test(entry)) {
    throw new Error(`furtherExchangePaths: "${entry}" is not a path such as /mail/EWS/Exchange.asmx`);
  }
  const segments = entry.slice(1).split('/');
  const pattern = segments.map((segment) =>
    segment === '*' ? '[a-z0-9_-]+' : segment.replaceAll('.', '\\.'),
  );
  return new RegExp(`^/${pattern.join('/')}$`, 'i');
}
