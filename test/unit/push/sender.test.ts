import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { displaySender } from '#domain/push/sender.ts';
import { lettersOf } from '#domain/push/text.ts';
import { hostileText } from '../../support/hostile-text.ts';

const EVIL = 'x@evil.example';

describe('the sender that a phone shows', () => {
  test.each([
    ['the name', { name: 'Ann Example', address: 'ann@example.com' }, 'Ann Example'],
    ['a quoted name without its quotes', { name: '"Example, Ann"', address: 'a@b.example' }, 'Example, Ann'],
    ['a name in encoded words, decoded', { name: '=?utf-8?Q?J=C3=B6rg?=', address: 'j@b.example' }, 'Jörg'],
    ['the address where there is no name', { address: 'noreply@shop.example' }, 'noreply@shop.example'],
    ['the address where the name is blank', { name: ' \u200b', address: 'a@b.example' }, 'a@b.example'],
    ['the address where the name is marks', { name: '\u0301\u0302', address: 'a@b.example' }, 'a@b.example'],
    ['the name where it repeats the address', { name: 'A@B.example', address: 'a@b.example' }, 'A@B.example'],
    [
      'the name where it quotes the address',
      { name: "'a@b.example'", address: 'a@b.example' },
      'a@b.example',
    ],
    [
      'the name around the address',
      { name: 'Ann (a@b.example)', address: 'a@b.example' },
      'Ann (a@b.example)',
    ],
    ['a name with a sign before it', { name: '@ann', address: 'a@b.example' }, '@ann'],
    ['a name without marks of direction', { name: 'Ann\u202e\u200f', address: 'a@b.example' }, 'Ann'],
    [
      'one address in two spellings of its domain',
      { name: 'a@bücher.example', address: 'a@xn--bcher-kva.example' },
      'a@bücher.example',
    ],
    ['nothing for a directory name', { address: '/O=EXCHANGELABS/OU=X/CN=RECIPIENTS/CN=ANN' }, ''],
    ['nothing for a directory name in an address', { address: 'IMCEAEX-_O=X_CN=ANN@example.com' }, ''],
    ['the name beside such an address', { name: 'Ann', address: 'IMCEAEX-_O=X_CN=ANN@example.com' }, 'Ann'],
    ['nothing where there is nothing', {}, ''],
    ['nothing where a name is an address and none is known', { name: 'ceo@bank.example' }, ''],
    [
      'an encoded word inside an address as it stands',
      { address: '=?utf-8?Q?ceo=40bank.example=00?=@evil.example' },
      '=?utf-8?Q?ceo=40bank.example=00?=@evil.example',
    ],
  ])('is %s', (_what, sender, shown) => {
    expect(displaySender(sender)).toBe(shown);
  });

  test('is nothing for a mail without one', () => {
    expect(displaySender(undefined)).toBe('');
  });

  test.each([
    ['another address', 'ceo@bank.example'],
    ['another address in a name', 'Ann (ann@bank.example)'],
    ['a full-width @', 'ceo＠bank.example'],
    ['a small @', 'ceo﹫bank.example'],
    ['an ideographic full stop', 'ceo@bank。example'],
    ['a half-width full stop', 'ceo@bank｡example'],
    ['a full-width full stop', 'ceo@bank．example'],
    ['a one-dot leader', 'ceo@bank․example'],
    ['a middle dot', 'ceo @ bank·example'],
    ['an @ in words', 'ceo (at) bank.example'],
    ['an @ and a dot in words', 'ceo[AT]bank [dot] example'],
    ['blanks around the @', 'ceo @ bank.example'],
    ['invisible characters in it', 'ceo\u200b@\u2060bank.\u00adexample'],
    ['letters of other forms', '𝐜𝐞𝐨@𝐛𝐚𝐧𝐤.𝐞𝐱𝐚𝐦𝐩𝐥𝐞'],
    ['an address in encoded words', '=?utf-8?Q?ceo=40bank.example?='],
    ['the true address and another', `${EVIL} ceo@bank.example`],
    ['another and the true address', `ceo@bank.example <${EVIL}>`],
    ['an address without a dot', 'ceo@bank'],
    ['the true address with one letter more', `a${EVIL}`],
    ['the true address and what a URL ignores', `${EVIL}#@bank.example`],
    ['the true address of another domain', `${EVIL}.bank.example`],
  ])('is the true address where the name is %s', (_what, name) => {
    expect(displaySender({ name, address: EVIL })).toBe(EVIL);
  });

  test('is the whole name beside marks without end', () => {
    const shown = displaySender({ name: `A${'\u0301'.repeat(200)}nn`, address: EVIL });
    expect(shown).toBe(`A${'\u0301'.repeat(5)}nn`);
  });

  test.each([
    ['Latin', 'a'.repeat(200), `${'a'.repeat(95)}…`],
    ['wide', '件'.repeat(200), `${'件'.repeat(47)}…`],
    ['very wide', '﷽'.repeat(200), `${'﷽'.repeat(5)}…`],
  ])('is three lines of a name in %s letters', (_what, name, shown) => {
    expect(displaySender({ name, address: EVIL })).toBe(shown);
  });

  test('is found in no time, whatever the name', () => {
    const startMs = performance.now();
    for (const piece of ['a', '@', 'a@', 'a ', '(at)', '﷽', '\u0301']) {
      displaySender({ name: `a${piece.repeat(100_000)}`, address: EVIL });
    }
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  test('ends with the domain of an address that is too long', () => {
    const shown = displaySender({ address: `ceo@bank.example.${'a'.repeat(200)}@evil.example` });
    expect(shown).toMatch(/^ceo@bank\.example\.a{7}…a{58}@evil\.example$/);
  });
});

const AT = ['@', '＠', '﹫', ' @ ', '(at)', '[ AT ]', '\u200b@'];
const DOT = ['.', '。', '｡', '．', '․', '[dot]'];
const claim = fc
  .tuple(
    fc.constantFrom('ceo', 'ann', 'x'),
    fc.constantFrom(...AT),
    fc.constantFrom('bank', 'evil'),
    fc.constantFrom(...DOT),
  )
  .map(([local, at, domain, dot]) => `${local}${at}${domain}${dot}example`);
const name = fc
  .array(
    fc.oneof(
      hostileText,
      claim,
      fc.constantFrom('Ann', '\u0301'.repeat(300), '\u202e', '👩\u200d'.repeat(50), '﷽'.repeat(40)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(' '));
const address = fc.oneof(
  fc.constant(EVIL),
  fc.integer({ min: 1, max: 300 }).map((length) => `${'a'.repeat(length)}@evil.example`),
  fc.constant('=?utf-8?Q?ceo=40bank.example?=@evil.example'),
);

describe('whatever a sender writes, the title', () => {
  test('is not empty, three lines at most, and holds no control or bidi character', () => {
    fc.assert(
      fc.property(name, address, (words, from) => {
        const shown = displaySender({ name: words, address: from });
        expect(shown).not.toBe('');
        expect(shown).toMatch(/[^\p{M}\p{Default_Ignorable_Code_Point}\s…]/u);
        expect(shown).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Cs}\u2028\u2029\ufffe]/u);
        expect(lettersOf(shown).length).toBeLessThanOrEqual(96);
        for (const letter of lettersOf(shown)) expect(Array.from(letter).length).toBeLessThanOrEqual(16);
      }),
      { numRuns: 500 },
    );
  });

  test('names the address that the mail came from where the name is another', () => {
    fc.assert(
      fc.property(name, claim, name, address, (before, other, after, from) => {
        const shown = displaySender({ name: `${before} ${other} ${after}`, address: from });
        const agrees = /^x\s*.*evil/.test(other) && from === EVIL;
        if (agrees) return;
        expect(shown.endsWith('@evil.example')).toBe(true);
        if (from.length <= 96) expect(shown).toBe(from);
      }),
      { numRuns: 500 },
    );
  });
});
