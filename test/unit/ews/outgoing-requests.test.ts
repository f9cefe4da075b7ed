import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { poxRequest } from '#adapters/ews/autodiscover/pox.ts';
import { soapRequest } from '#adapters/ews/autodiscover/soap.ts';
import { createEwsCalls, type EwsCalls } from '#adapters/ews/client/ews-library.ts';
import { createLibraryTransport } from '#adapters/ews/client/library-transport.ts';
import { exchangeId, expressibleText, hostileText, isExpressible } from '../../support/hostile-text.ts';
import { allOf, operationsOf, parseRequest } from '../../support/parse-request.ts';

const text = fc.oneof({ weight: 4, arbitrary: expressibleText }, { weight: 1, arbitrary: hostileText });
const values = fc.oneof(
  fc.array(fc.oneof(expressibleText, exchangeId), { minLength: 1, maxLength: 60 }),
  fc.array(text, { minLength: 1, maxLength: 3 }),
);

/** What one operation sends, whatever comes of it. */
async function sentBy(operation: (calls: EwsCalls) => Promise<unknown>): Promise<readonly string[]> {
  const sent: string[] = [];
  const transport = createLibraryTransport(async (body) => {
    sent.push(body);
    return { ok: false, failure: { kind: 'timeout' } };
  });
  await Promise.allSettled([
    operation(createEwsCalls('https://mail.example.com/EWS/Exchange.asmx', transport)),
  ]);
  return sent;
}

describe('a request to Exchange, read by another parser', () => {
  test('GetItem holds one operation and exactly the ids given, or is not sent', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (ids) => {
        const sent = await sentBy((calls) => calls.getItems(ids));
        expect(sent).toHaveLength(ids.every(isExpressible) ? 1 : 0);
        for (const body of sent) {
          expect(operationsOf(body)).toEqual(['GetItem']);
          const written = allOf(parseRequest(body), 'ItemId');
          expect(written.map(({ attributes }) => attributes)).toEqual(ids.map((Id) => ({ Id })));
        }
      }),
    );
  });

  test('Subscribe holds one operation and exactly the callback URL given, or is not sent', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (url) => {
        const sent = await sentBy((calls) => calls.subscribe(url, 30, 'mail-and-badge'));
        expect(sent).toHaveLength(isExpressible(url) ? 1 : 0);
        for (const body of sent) {
          expect(operationsOf(body)).toEqual(['Subscribe']);
          expect(allOf(parseRequest(body), 'URL').map(({ text }) => text)).toEqual([url]);
          expect(allOf(parseRequest(body), 'EventType')).toHaveLength(4);
          expect(allOf(parseRequest(body), 'DistinguishedFolderId')).toHaveLength(1);
        }
      }),
    );
  });

  test('GetFolder holds one operation and the Inbox', async () => {
    const [body = ''] = await sentBy((calls) => calls.getInbox());
    expect(operationsOf(body)).toEqual(['GetFolder']);
    expect(allOf(parseRequest(body), 'FolderIds')[0]?.children).toMatchObject([
      { name: 'DistinguishedFolderId', attributes: { Id: 'inbox' } },
    ]);
  });

  test('autodiscover over POX holds exactly the address given, or is not written', () => {
    fc.assert(
      fc.property(text, (email) => {
        if (!isExpressible(email)) return expect(() => poxRequest(email)).toThrow(TypeError);
        const root = parseRequest(poxRequest(email));
        expect(root.children.map(({ name }) => name)).toEqual(['Request']);
        expect(root.children[0]?.children.map(({ name, text }) => [name, text])).toEqual([
          ['EMailAddress', email],
          ['AcceptableResponseSchema', expect.stringContaining('responseschema')],
        ]);
      }),
    );
  });

  test('autodiscover over SOAP holds one operation and exactly the address and URL given', () => {
    fc.assert(
      fc.property(text, text, (email, url) => {
        if (!isExpressible(email + url)) return expect(() => soapRequest(email, url)).toThrow(TypeError);
        const body = soapRequest(email, url);
        expect(operationsOf(body)).toEqual(['GetUserSettingsRequestMessage']);
        const root = parseRequest(body);
        expect(allOf(root, 'Mailbox').map(({ text }) => text)).toEqual([email]);
        expect(allOf(root, 'To').map(({ text }) => text)).toEqual([url]);
        expect(allOf(root, 'Header')[0]?.children).toHaveLength(3);
      }),
    );
  });
});
