import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  basic,
  type ExchangeBench,
  elements,
  getItems,
  soapRequest,
  startExchangeBench,
  subscribeRequest,
  textOf,
} from '../../support/simulated-exchange.ts';

const ANN = 'ann@example.com';
let bench: ExchangeBench;

beforeEach(async () => {
  bench = await startExchangeBench();
  bench.exchange.mailboxes.create({ email: ANN, password: 'right' });
  bench.exchange.mailboxes.create({ email: 'admin@example.com', password: 'right', hasMailbox: false });
});
afterEach(() => bench.close());

const ask = (body: string, email = ANN) => bench.ews(body, { headers: basic(email, 'right') });

function getFolder(folderId: string): string {
  return soapRequest(
    `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="folder:FolderClass"/></t:AdditionalProperties></m:FolderShape><m:FolderIds>${folderId}</m:FolderIds></m:GetFolder>`,
  );
}
const distinguished = (name: string) => getFolder(`<t:DistinguishedFolderId Id="${name}"/>`);

test.each([
  ['inbox', 'Folder', 'IPF.Note', true],
  ['calendar', 'CalendarFolder', 'IPF.Appointment', false],
  ['contacts', 'ContactsFolder', 'IPF.Contact', false],
  ['tasks', 'TasksFolder', 'IPF.Task', true],
])(
  'shows %s as the schema does: %s of class %s, unread count %s',
  async (name, element, folderClass, counts) => {
    const { body } = await ask(distinguished(name));
    const [folder] = elements(body, element);
    expect(textOf(body, 'FolderClass')).toBe(folderClass);
    expect(folder?.children.some(({ name: child }) => child === 'UnreadCount')).toBe(counts);
  },
);

test.each(['archiveroot', 'archivemsgfolderroot', 'todosearch', 'publicfoldersroot'])(
  'finds no folder under %s, a name that the schema knows',
  async (name) => {
    const { status, body } = await ask(distinguished(name));
    expect([status, textOf(body, 'ResponseCode')]).toEqual([200, 'ErrorFolderNotFound']);
  },
);

test('takes a name that the schema does not know for a violation of it', async () => {
  const { status, body } = await ask(distinguished('archive'));
  expect([status, textOf(body, 'ResponseCode')]).toEqual([500, 'ErrorSchemaValidation']);
});

test('tells an account without a mailbox from an address without one', async () => {
  const codeOf = async (body: string) => textOf((await ask(body, 'admin@example.com')).body, 'ResponseCode');
  const named = (address: string) =>
    getFolder(
      `<t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`,
    );
  expect(await codeOf(distinguished('inbox'))).toBe('ErrorMissingEmailAddress');
  expect(await codeOf(subscribeRequest(bench.callbackUrl))).toBe('ErrorMissingEmailAddress');
  expect(await codeOf(named('nobody@example.com'))).toBe('ErrorNonExistentMailbox');
  expect(await codeOf(named('admin@example.com'))).toBe('ErrorNonExistentMailbox');
});

test('takes every kind of property that the schema has', async () => {
  const { itemId } = bench.exchange.mailboxes.deliver(ANN, { subject: 'Lunch' });
  const fields = [
    'meetingRequest:MeetingRequestType',
    'postitem:PostedTime',
    'contacts:GivenName',
    'item:Subject',
  ];
  expect(textOf((await ask(getItems([itemId], fields))).body, 'Subject')).toBe('Lunch');
  expect(textOf((await ask(getItems([itemId], ['letter:Subject']))).body, 'ResponseCode')).toBe(
    'ErrorSchemaValidation',
  );
});

test('converts its ids to entry ids and back, and calls others malformed', async () => {
  const { itemId } = bench.exchange.mailboxes.deliver(ANN, { subject: 'Lunch' });
  const convert = async (id: string, from: string, to: string) => {
    const request = `<m:ConvertId DestinationFormat="${to}"><m:SourceIds><t:AlternateId Format="${from}" Id="${id}" Mailbox="${ANN}"/></m:SourceIds></m:ConvertId>`;
    const { body } = await ask(soapRequest(request));
    return elements(body, 'AlternateId')[0]?.attributes.Id ?? textOf(body, 'ResponseCode') ?? '';
  };
  const hex = await convert(itemId, 'EwsId', 'HexEntryId');
  expect(hex).toMatch(/^[0-9A-F]{140}$/);
  expect(await convert(hex, 'HexEntryId', 'EwsId')).toBe(itemId);
  const entry = await convert(itemId, 'EwsId', 'EntryId');
  expect(Buffer.from(entry, 'base64').toString('hex').toUpperCase()).toBe(hex);
  expect(await convert('DUMMY', 'EwsId', 'EntryId')).toBe('ErrorInvalidIdMalformed');
});

test('writes the dates of its cookies with hyphens, as Exchange does', async () => {
  const { headers } = await ask(distinguished('inbox'));
  expect(headers['set-cookie']?.join()).toMatch(/expires=\w{3}, \d{2}-\w{3}-\d{4} /);
});

test('refuses a restriction rather than ignoring it', async () => {
  const request = `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:Restriction/><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>`;
  expect(textOf((await ask(soapRequest(request))).body, 'ResponseCode')).toBe('ErrorUnsupportedPathForQuery');
});
