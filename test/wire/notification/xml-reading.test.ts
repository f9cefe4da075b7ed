import { describe, expect, test } from '@jest/globals';
import { childOf, childText, readXml } from '#adapters/ews/xml.ts';
import { withoutForbiddenCharacters } from '#adapters/ews/xml-characters.ts';

const LIMITS = {
  maxBytes: 999,
  maxDepth: 9,
  maxMarkup: 19,
  maxReferences: 9,
  maxStops: 199,
  maxAttributes: 5,
  maxAttributeLength: 9,
};

function root(text: string) {
  const result = readXml(text, LIMITS);
  if (!result.ok) throw new Error(result.fault);
  return result.root;
}

describe('an XML document', () => {
  test('is a tree by namespace and local name, with the attributes that are its own', () => {
    const read = root('<p:a xmlns:p="u" xmlns="v" b="1" p:b="2">one<c/><![CDATA[<two>]]>&lt;&#x33;</p:a>');
    expect(read).toMatchObject({ namespace: 'u', name: 'a', text: 'one<two><3' });
    expect(Object.entries(read.attributes)).toEqual([['b', '1']]);
    expect(read.children).toMatchObject([{ namespace: 'v', name: 'c', text: '', children: [] }]);
  });

  test('gives children by name, and by namespace where that counts', () => {
    const read = root('<a xmlns:p="u"><b> 1 </b><p:b>2</p:b><c> </c></a>');
    expect(childText(read, 'b')).toBe('1');
    expect(childText(read, 'b', 'u')).toBe('2');
    expect(childText(read, 'c')).toBeUndefined();
    expect(childOf(read, 'd')).toBeUndefined();
    expect(childOf(undefined, 'b')).toBeUndefined();
  });

  test('may name its attributes like the members of every object', () => {
    const read = root('<a __proto__="1" constructor="2"/>');
    expect([read.attributes.toString, read.attributes.constructor]).toEqual([undefined, '2']);
  });

  test.each([
    '<?xml version="1.0"?>',
    "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n",
    '<?xml version="1.0 (http://www.w3.org/TR/REC-xml/)" encoding="utf-8"?>',
    '<?xml version="1.0" encoding="us-ascii"?>',
    '<!-- comment -->',
    '<?target data?>',
    '\n  ',
  ])('may begin with %j', (start) => {
    expect(root(`${start}<a/>`).name).toBe('a');
  });
});

describe('characters that XML forbids', () => {
  test.each([
    ['a&#x0;b&#31;c&#xD83D;d&#xFFFE;e&#x110000;f&#99999999999999999999;g', 'abcdefg'],
    ['a\0b\u0008c\uD83Dd\uFFFEe\u000Bf', 'abcdef'],
    ['&#9;&#xA;&#13;&#x20;&#xD7FF;&#xE000;&#x1F600;', '&#9;&#xA;&#13;&#x20;&#xD7FF;&#xE000;&#x1F600;'],
    ['\t\n\r é😀\uFFFD', '\t\n\r é😀\uFFFD'],
    ['&#55357;&#56832; &#xD83D;&#xde00; &#x0D83D;&#56832;', '&#128512; &#128512; &#128512;'],
    ['&#56832;&#55357; &#55357; &#56832; &#55357;&#55357;&#56832;', '   &#128512;'],
    ['&#55000;&#56832;a', '&#55000;a'],
    ['&amp;#x0; &#; &#x; &# 0;', '&amp;#x0; &#; &#x; &# 0;'],
  ])('are taken out of %j and leave the rest', (text, expected) => {
    expect(withoutForbiddenCharacters(text)).toBe(expected);
  });

  test('no longer cost the document that holds them', () => {
    const subject = '<a>It is &#x1F;fine&#x0;</a>';
    expect(readXml(subject, LIMITS)).toEqual({ ok: false, fault: 'malformed' });
    expect(root(withoutForbiddenCharacters(subject)).text).toBe('It is fine');
  });
});
