import { gzipSync } from 'node:zlib';
import fc from 'fast-check';

const PIECES = [
  '<',
  '>',
  '</',
  '/>',
  '<?',
  '?>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<!DOCTYPE a [',
  ']>',
  '&',
  '&amp;',
  '&#x0;',
  '&#65;',
  '&b;',
  '"',
  "'",
  '=',
  ' ',
  '\n',
  ':',
  'xmlns',
  'xmlns:t="u"',
  'a',
  't:a',
  'm:Notification',
  '\uFEFF',
  '\0',
  'é',
  '😀',
  '\uD800',
  '<a>',
  '</a>',
  '<a b="c">',
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">',
  '<?xml version="1.0"?>',
  'Id="',
  '9'.repeat(40),
  '{{',
  '%s',
  '__proto__',
  'constructor',
] as const;

/** Text made of what XML is made of, in any order. */
export const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 120 }).map((pieces) => pieces.join(''));

export const bytes = fc.uint8Array({ maxLength: 600 });

const change = fc.record({
  at: fc.noBias(fc.nat(9_999)).map((part) => part / 10_000),
  kind: fc.constantFrom('flip', 'cut', 'repeat', 'insert', 'end'),
  length: fc.nat(200),
  bit: fc.nat(7),
  piece: fc.constantFrom(...PIECES),
});

/** One of these documents with a few wounds. */
export function mutantOf(documents: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.nat(documents.length - 1), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([which, changes]) => changes.reduce(apply, documents[which] ?? Buffer.alloc(0)));
}

function apply(
  document: Buffer,
  { at, kind, length, bit, piece }: typeof change extends fc.Arbitrary<infer T> ? T : never,
) {
  const from = Math.floor(at * document.length);
  const head = document.subarray(0, from);
  const tail = document.subarray(from);
  switch (kind) {
    case 'flip': {
      const flipped = Buffer.from(document);
      if (flipped.length > 0) flipped[from] = (flipped[from] ?? 0) ^ (1 << bit);
      return flipped;
    }
    case 'cut':
      return Buffer.concat([head, tail.subarray(length)]);
    case 'repeat':
      return Buffer.concat([head, ...Array.from({ length: 1 + bit }, () => tail.subarray(0, length)), tail]);
    case 'insert':
      return Buffer.concat([head, Buffer.from(piece), tail]);
    default:
      return head;
  }
}

/** Elements in elements, closed or not. */
export const deep = fc
  .tuple(fc.integer({ min: 1, max: 8_000 }), fc.boolean(), fc.constantFrom('a', 't:Items', 'm:Notification'))
  .map(([depth, closed, name]) => `<${name}>`.repeat(depth) + (closed ? `</${name}>`.repeat(depth) : ''));

/** More and longer attributes than anybody writes. */
export const hugeAttributes = fc
  .tuple(
    fc.integer({ min: 1, max: 3_000 }),
    fc.integer({ min: 0, max: 150_000 }),
    fc.constantFrom('x', '&amp;', '&#x1F600;', '<'),
  )
  .map(([count, length, filling]) => {
    const others = Array.from({ length: count }, (_, index) => ` a${index}="${index}"`).join('');
    return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"${others} b="${filling.repeat(length / filling.length)}"><s:Body/></s:Envelope>`;
  });

/** Real requests in encodings that nobody announced, or announced wrongly. */
export function encodedOf(documents: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const encodings: readonly ((text: string) => Buffer)[] = [
    (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
    (text) => Buffer.from(text, 'utf16le'),
    (text) => Buffer.from(text, 'utf16le').swap16(),
    (text) => Buffer.from(text.replace('utf-8', 'iso-8859-1').replace('Hello', 'H\u00e9llo'), 'latin1'),
    (text) => Buffer.from(text.replace('utf-8', 'utf-7')),
    (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xc0, 0x80])]),
    (text) => Buffer.from(Buffer.from(text).toString('base64')),
    (text) => gzipSync(text),
    (text) => Buffer.from(`\uFEFF\uFEFF${text}`),
    () => Buffer.alloc(0),
  ];
  return fc
    .tuple(fc.nat(documents.length - 1), fc.constantFrom(...encodings))
    .map(([which, encode]) => encode((documents[which] ?? Buffer.alloc(0)).toString('utf8')));
}

/** CPU time above which a document is measured again. */
const SUSPICIOUS_MS = 20;

/**
 * The CPU time of one document, as measured first and at its best, of three where the first is suspicious: a
 * collection of garbage falls on any document, one that is dear by itself is dear every time.
 */
export async function costOf(
  measureMs: () => number | Promise<number>,
): Promise<{ readonly first: number; readonly best: number }> {
  const first = await measureMs();
  let best = first;
  for (let again = 0; again < 2 && best > SUSPICIOUS_MS; again += 1) best = Math.min(best, await measureMs());
  return { first, best };
}

/** What a run tells of its CPU times, in ms. */
export function costLine(asSent: readonly number[], atBest: readonly number[]): string {
  const repeated = asSent.filter((ms) => ms > SUSPICIOUS_MS).length;
  return `CPU time as sent ${summaryOf(asSent)}; judged is the best of three for the ${repeated} above ${SUSPICIOUS_MS} ms: ${summaryOf(atBest)}`;
}

function summaryOf(times: readonly number[]): string {
  const at = (share: number) => shareOf(times, share).toFixed(1);
  return `p50 ${at(0.5)} ms, p99.9 ${at(0.999)} ms, worst ${at(1)} ms`;
}

/** The value that this share of all values does not exceed. */
export function shareOf(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Printed with what it made; set ENS_JUNK_SEED to have the same junk again. */
export const JUNK_SEED = Number(process.env.ENS_JUNK_SEED ?? Math.floor(Math.random() * 2 ** 31));

export function sampleOf<T>(arbitrary: fc.Arbitrary<T>, count: number): T[] {
  return fc.sample(arbitrary, { seed: JUNK_SEED, numRuns: count });
}
