/** MD4 (RFC 1320), which NTLM needs and OpenSSL 3 no longer offers by default. */
export function md4(message: Buffer): Buffer {
  const padded = Buffer.alloc((Math.floor((message.length + 8) / 64) + 1) * 64);
  message.copy(padded);
  padded[message.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(message.length) * 8n, padded.length - 8);
  let [a, b, c, d] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let block = 0; block < padded.length; block += 64) {
    const word = (index: number) => padded.readUInt32LE(block + index * 4);
    const before = [a, b, c, d] as const;
    for (let step = 0; step < 48; step += 1) {
      const round = Math.floor(step / 16);
      const mixed =
        (a + mix(round, b, c, d) + word(ORDER[round]?.[step % 16] ?? 0) + (ROUND_CONSTANTS[round] ?? 0)) >>>
        0;
      const shift = SHIFTS[round]?.[step % 4] ?? 0;
      [a, d, c, b] = [d, c, b, ((mixed << shift) | (mixed >>> (32 - shift))) >>> 0];
    }
    a = (a + before[0]) >>> 0;
    b = (b + before[1]) >>> 0;
    c = (c + before[2]) >>> 0;
    d = (d + before[3]) >>> 0;
  }
  const digest = Buffer.alloc(16);
  [a, b, c, d].forEach((value, index) => void digest.writeUInt32LE(value, index * 4));
  return digest;
}

const ROUND_CONSTANTS = [0, 0x5a827999, 0x6ed9eba1];
const SHIFTS = [
  [3, 7, 11, 19],
  [3, 5, 9, 13],
  [3, 9, 11, 15],
];
const ORDER = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
  [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
];

function mix(round: number, x: number, y: number, z: number): number {
  if (round === 0) return (x & y) | (~x & z);
  return round === 1 ? (x & y) | (x & z) | (y & z) : x ^ y ^ z;
}
