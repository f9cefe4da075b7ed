import { expect, test } from '@jest/globals';
import { createAddressRules } from '#adapters/ews/outgoing/addresses.ts';

const NEVER = [
  '169.254.169.254',
  '169.254.169.123',
  '169.254.170.2',
  '169.254.170.23',
  '168.63.129.16',
  '100.100.100.200',
  '127.0.0.1',
  '127.1.2.3',
  '0.0.0.0',
];

/** The two 16-bit groups of an IPv4 address. */
function groups(address: string): readonly [string, string] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return [((a << 8) | b).toString(16), ((c << 8) | d).toString(16)];
}

const inverted = (group: string) => (Number.parseInt(group, 16) ^ 0xffff).toString(16);

/** Every way in which an IPv6 address can carry this IPv4 address, each in several spellings. */
function spellings(address: string): readonly string[] {
  const [high, low] = groups(address);
  const embedded = [
    `::ffff:${address}`,
    `::ffff:${high}:${low}`,
    `0:0:0:0:0:ffff:${high}:${low}`,
    `0000:0000:0000:0000:0000:ffff:${high.padStart(4, '0')}:${low.padStart(4, '0')}`,
    `::ffff:0:${high}:${low}`,
    `64:ff9b::${high}:${low}`,
    `64:ff9b::${address}`,
    `0064:ff9b:0:0:0:0:${high}:${low}`,
    `64:ff9b:1::${high}:${low}`,
    `64:ff9b:1:${high}:${low.padStart(4, '0').slice(0, 2)}:0:0:0`,
    `64:ff9b:1:ffff:ffff:ffff:${high}:${low}`,
    `2002:${high}:${low}::`,
    `2002:${high}:${low}:1:2:3:4:5`,
    `2001:0:${high}:${low}::1`,
    `2001::${inverted(high)}:${inverted(low)}`,
    `2001:0:4136:e378:8000:63bf:${inverted(high)}:${inverted(low)}`,
    `fe80::5efe:${address}`,
    `2a00::200:5efe:${high}:${low}`,
  ];
  return [address, ...embedded].flatMap((one) => [one, one.toUpperCase(), `[${one}]`, `${one}%eth0`]);
}

const WIDE = createAddressRules([
  '0.0.0.0/0',
  '::/0',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
  'fe80::/10',
]);

test.each(NEVER)('no setting opens %s, in whichever address it is embedded', (address) => {
  expect(spellings(address).filter((spelling) => WIDE.refuse(spelling) === undefined)).toEqual([]);
});

test.each([
  '::1',
  '::',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'FD00:EC2:0:0:0:0:0:254',
  'fd20:ce::254',
  '0:0:0:0:0:0:0:1',
])('no setting opens %s', (address) => {
  expect(WIDE.refuse(address)).toBeDefined();
});

test('a private address is opened by its range in the forms that lead to it', () => {
  const rules = createAddressRules(['10.0.0.0/8']);
  expect(['10.0.0.1', '::ffff:10.0.0.1', '64:ff9b::a00:1'].map((each) => rules.refuse(each))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
