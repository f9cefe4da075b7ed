import { BlockList, isIP, isIPv4 } from 'node:net';

/** What an address is, where credentials must not be sent to it. */
export type RefusedKind =
  | 'metadata'
  | 'tunnel'
  | 'loopback'
  | 'unspecified'
  | 'multicast'
  | 'private'
  | 'link-local'
  | 'reserved';

export interface AddressRules {
  /**
   * Why nothing is sent to this IP address (any textual form of IPv4 or IPv6); undefined where it is allowed.
   * `loopbackAllowed` is for destinations that the settings name as loopback themselves.
   */
  refuse(address: string, loopbackAllowed?: boolean): RefusedKind | undefined;
}

/** Nothing in the settings opens these: they lead to credentials of our own or to nobody. */
const NEVER: readonly (readonly [RefusedKind, readonly string[]])[] = [
  [
    'metadata',
    [
      '169.254.169.0/24',
      '169.254.170.0/24',
      '168.63.129.16/32',
      '100.100.100.200/32',
      'fd00:ec2::/32',
      'fd20:ce::/32',
    ],
  ],
  // NAT64 of a network's own (RFC 8215) and Teredo (RFC 4380): which IPv4 address is inside cannot be told.
  ['tunnel', ['64:ff9b:1::/48', '2001::/32']],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['unspecified', ['0.0.0.0/8', '::/128']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8', '255.255.255.255/32']],
];

const UNLESS_LISTED: readonly (readonly [RefusedKind, readonly string[]])[] = [
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  [
    'reserved',
    [
      '192.0.0.0/24',
      '192.0.2.0/24',
      '192.88.99.0/24',
      '198.18.0.0/15',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '240.0.0.0/4',
      '100::/64',
      '2001:db8::/32',
    ],
  ],
];

/**
 * Which addresses may be spoken to. `allowedCidrs` (setting allowedExchangeCidrs) opens private, link-local and
 * reserved ranges, never metadata, tunnel, loopback, unspecified or multicast addresses.
 * Throws where an entry is not a CIDR range.
 */
export function createAddressRules(allowedCidrs: readonly string[]): AddressRules {
  const allowed = listOf(allowedCidrs);
  let fixed: Record<'never' | 'unlessListed', readonly KindOfRanges[]> | undefined;

  function refuse(address: string, loopbackAllowed = false): RefusedKind | undefined {
    // Made on first use: a heartbeat goes nowhere, and the lists take milliseconds of a start.
    fixed ??= { never: NEVER.map(kindOfRanges), unlessListed: UNLESS_LISTED.map(kindOfRanges) };
    const { never, unlessListed } = fixed;
    const plain = withoutEmbedding(address);
    if (plain === undefined) {
      return 'reserved';
    }
    if (isIsatap(plain)) return 'tunnel';
    const family = isIPv4(plain) ? 'ipv4' : 'ipv6';
    const forbidden = never.find(({ list }) => list.check(plain, family));
    if (forbidden !== undefined) {
      return forbidden.kind === 'loopback' && loopbackAllowed ? undefined : forbidden.kind;
    }
    if (allowed.check(plain, family)) {
      return undefined;
    }
    return unlessListed.find(({ list }) => list.check(plain, family))?.kind;
  }

  return { refuse };
}

interface KindOfRanges {
  readonly kind: RefusedKind;
  readonly list: BlockList;
}

function kindOfRanges([kind, ranges]: readonly [RefusedKind, readonly string[]]): KindOfRanges {
  return { kind, list: listOf(ranges) };
}

function listOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', prefix = '', ...rest] = cidr.split('/');
    const version = isIP(network);
    const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (version === 0 || rest.length > 0 || bits < 0 || bits > (version === 4 ? 32 : 128)) {
      throw new Error(`allowedExchangeCidrs: "${cidr}" is not a range like 10.1.0.0/16 or fd12:3456::/32`);
    }
    list.addSubnet(network, bits, version === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

/**
 * The IPv4 address inside an IPv4-mapped, IPv4-compatible, NAT64 or 6to4 one, since that is where packets
 * end; otherwise the address as it is. Undefined where it is no address.
 */
function withoutEmbedding(address: string): string | undefined {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIPv4(bare)) {
    return bare;
  }
  const groups = isIP(bare) === 6 ? groupsOf(bare) : undefined;
  if (groups === undefined) {
    return undefined;
  }
  const [a = 0, b = 0, c = 0] = groups;
  const [g = 0, h = 0] = groups.slice(6);
  const zeroUpTo = (end: number): boolean => groups.slice(0, end).every((group) => group === 0);
  const mapped = zeroUpTo(5) && groups[5] === 0xffff;
  const translated = zeroUpTo(4) && groups[4] === 0xffff && groups[5] === 0;
  const compatible = zeroUpTo(6) && (g !== 0 || h > 1);
  const nat64 = a === 0x64 && b === 0xff9b && groups.slice(2, 6).every((group) => group === 0);
  if (mapped || translated || compatible || nat64) {
    return dotted(g, h);
  }
  return a === 0x2002 ? dotted(b, c) : bare;
}

/** RFC 5214: the last 64 bits are `[02]00:5efe` and an IPv4 address. */
function isIsatap(address: string): boolean {
  if (isIPv4(address)) return false;
  const [, , , , e = 0, f = 0] = groupsOf(address);
  return (e & ~0x200) === 0 && f === 0x5efe;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function groupsOf(address: string): readonly number[] {
  const text = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_match, ...parts: string[]) => {
    const [p = 0, q = 0, r = 0, s = 0] = parts.slice(0, 4).map(Number);
    return `${((p << 8) | q).toString(16)}:${((r << 8) | s).toString(16)}`;
  });
  const [head = '', tail] = text.split('::');
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const first = parse(head);
  const last = tail === undefined ? [] : parse(tail);
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
}
