import type { Reply } from '../http.ts';
import { element } from '../soap/envelope.ts';
import { childOf, type XmlElement } from '../soap/xml-tree.ts';
import { type Spelling, writeXml, type XmlNode } from '../soap/xml-write.ts';
import type { AutodiscoverReply } from './script.ts';

/** Plain-old-XML autodiscover (MS-OXDSCLI). */
const REQUEST = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006';
const ANSWER = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const OUTLOOK = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

const SPELLING: Spelling = {
  declaration: '<?xml version="1.0" encoding="utf-8"?>\n',
  byteOrderMark: false,
  prefixes: {},
  indent: true,
  closesEmpty: false,
};

/** The address that a request asks about; undefined where the request is not as the schema wants it. */
export function poxAddress(root: XmlElement): string | undefined {
  if (root.namespace !== REQUEST || root.name !== 'Autodiscover') return undefined;
  const request = childOf(root, REQUEST, 'Request');
  const schema = request && childOf(request, REQUEST, 'AcceptableResponseSchema')?.text.trim();
  if (schema !== OUTLOOK) return undefined;
  return request && childOf(request, REQUEST, 'EMailAddress')?.text.trim();
}

type Answered = Extract<
  AutodiscoverReply,
  { kind: 'settings' | 'redirect-address' | 'redirect-url' | 'error' }
>;

export function poxAnswer(reply: Answered, address: string, ewsUrl: string): Reply {
  return {
    status: 200,
    body: writeXml(element(ANSWER, 'Autodiscover', [content(reply, address, ewsUrl)]), SPELLING),
  };
}

function content(reply: Answered, address: string, ewsUrl: string): XmlNode {
  if (reply.kind === 'error') return errorResponse(reply.pox ?? 500);
  if (reply.kind === 'redirect-address') {
    return account([o('Action', 'redirectAddr'), o('RedirectAddr', reply.address)]);
  }
  if (reply.kind === 'redirect-url')
    return account([o('Action', 'redirectUrl'), o('RedirectUrl', reply.url)]);
  const external = reply.ewsUrl ?? ewsUrl;
  const internal = reply.internalUrl ?? external;
  const wanted = reply.protocols ?? ['EXCH', 'EXPR', 'WEB'];
  const protocols: XmlNode[] = [];
  if (wanted.includes('EXCH')) protocols.push(protocol('EXCH', 'exch01.example.com', internal));
  if (wanted.includes('EXPR')) protocols.push(protocol('EXPR', 'mail.example.com', external));
  if (wanted.includes('WEB')) protocols.push(web());
  const user = o('User', [o('DisplayName', 'User'), o('AutoDiscoverSMTPAddress', address)]);
  const settings = [
    o('AccountType', 'email'),
    o('Action', 'settings'),
    o('MicrosoftOnline', 'False'),
    ...protocols,
  ];
  return o('Response', [user, o('Account', settings)]);
}

function o(name: string, inside: string | readonly XmlNode[]): XmlNode {
  return element(OUTLOOK, name, inside);
}

function account(parts: readonly XmlNode[]): XmlNode {
  return o('Response', [o('Account', parts)]);
}

function protocol(type: string, server: string, url: string): XmlNode {
  return o('Protocol', [o('Type', type), o('Server', server), o('ASUrl', url), o('EwsUrl', url)]);
}

/** A protocol inside a protocol, with a URL that nobody from outside can reach. */
function web(): XmlNode {
  const url = 'https://inside.example.com/EWS/Exchange.asmx';
  const nested = o('Protocol', [o('Type', 'EXCH'), o('ASUrl', url), o('EwsUrl', url)]);
  return o('Protocol', [o('Type', 'WEB'), o('Internal', [nested])]);
}

function errorResponse(code: number): XmlNode {
  const text = code === 600 ? 'Invalid Request' : 'The email address cannot be found.';
  const parts = [
    element(ANSWER, 'ErrorCode', String(code)),
    element(ANSWER, 'Message', text),
    element(ANSWER, 'DebugData'),
  ];
  const error = element(ANSWER, 'Error', parts, { Time: '12:00:00.0000000', Id: '2477272013' });
  return element(ANSWER, 'Response', [error]);
}
