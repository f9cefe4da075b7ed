import { expect, test } from '@jest/globals';
import { textsFor } from '../../../lambdas/app/site/shared/texts.ts';
import { webMailAddress } from '../../../lambdas/app/site/shared/web-mail.ts';

const ITEM = 'AAMk/AB+C=';

test('a mail opens in Outlook on the web at the host of its EWS address', () => {
  expect(webMailAddress(ITEM, 'https://mail.example.com/EWS/Exchange.asmx', undefined)).toBe(
    'https://mail.example.com/owa/?ItemID=AAMk%2FAB%2BC%3D&exvsurl=1&viewmodel=ReadMessageItem',
  );
});

test('the setting decides where a mail opens', () => {
  expect(webMailAddress(ITEM, undefined, 'https://webmail.example.com/m/{item}')).toBe(
    'https://webmail.example.com/m/AAMk%2FAB%2BC%3D',
  );
});

test.each([
  ['nothing known', undefined, undefined],
  ['a script address', undefined, 'javascript:alert(1)//{item}'],
  ['a text that is no address', 'mail.example.com', undefined],
])('with %s there is no address to open', (_, ewsUrl, template) => {
  expect(webMailAddress(ITEM, ewsUrl, template)).toBeUndefined();
});

test('every text has a German translation that differs', () => {
  const [english, german] = [textsFor('en-GB'), textsFor('de-AT')];
  const same = Object.entries(english).filter(([key, text]) => Reflect.get(german, key) === text);
  expect(same).toEqual([]);
  expect(textsFor('fr')).toBe(english);
});
