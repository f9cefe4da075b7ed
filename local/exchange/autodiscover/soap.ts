import type { Reply } from '../http.ts';
import { element } from '../soap/envelope.ts';
import { SOAP } from '../soap/namespaces.ts';
import { childOf, childrenOf, type XmlElement } from '../soap/xml-tree.ts';
import { type Spelling, writeXml, type XmlNode } from '../soap/xml-write.ts';
import type { AutodiscoverReply } from './script.ts';

/** SOAP autodiscover, GetUserSettings (MS-OXWSADISC). */
const A = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';
const ADDRESSING = 'http://www.w3.org/2005/08/addressing';

const SPELLING: Spelling = {
  declaration: '',
  byteOrderMark: false,
  prefixes: { [SOAP]: 's', [ADDRESSING]: 'a' },
  indent: false,
  closesEmpty: false,
};

/** The address that a GetUserSettings request asks about; undefined where it is no such request. */
export function soapAddress(root: XmlElement): string | undefined {
  const body = root.namespace === SOAP && root.name === 'Envelope' ? childOf(root, SOAP, 'Body') : undefined;
  const request = path(body, 'GetUserSettingsRequestMessage', 'Request');
  const user = path(request, 'Users', 'User');
  const settings = request && childOf(request, A, 'RequestedSettings');
  if (settings === undefined || childrenOf(settings, A, 'Setting').length === 0) return undefined;
  return user && childOf(user, A, 'Mailbox')?.text.trim();
}

function path(from: XmlElement | undefined, ...names: string[]): XmlElement | undefined {
  return names.reduce((at, name) => at && childOf(at, A, name), from);
}

type Answered = Extract<
  AutodiscoverReply,
  { kind: 'settings' | 'redirect-address' | 'redirect-url' | 'error' }
>;

export function soapAnswer(reply: Answered, ewsUrl: string): Reply {
  const action = element(ADDRESSING, 'Action', `${A}/Autodiscover/GetUserSettingsResponse`);
  const response = a('Response', [
    a('ErrorCode', 'NoError'),
    a('ErrorMessage', ''),
    a('UserResponses', [userResponse(reply, ewsUrl)]),
  ]);
  const envelope = element(SOAP, 'Envelope', [
    element(SOAP, 'Header', [action]),
    element(SOAP, 'Body', [a('GetUserSettingsResponseMessage', [response])]),
  ]);
  return { status: 200, body: writeXml(envelope, SPELLING) };
}

function userResponse(reply: Answered, ewsUrl: string): XmlNode {
  if (reply.kind === 'settings') {
    const external = reply.ewsUrl ?? ewsUrl;
    const settings = [
      setting('InternalEwsUrl', reply.internalUrl ?? external),
      setting('ExternalEwsUrl', external),
    ];
    return user('NoError', 'No error.', undefined, settings);
  }
  if (reply.kind === 'redirect-address')
    return user('RedirectAddress', 'Redirection address.', reply.address, []);
  if (reply.kind === 'redirect-url') return user('RedirectUrl', 'Redirection URL.', reply.url, []);
  return user(reply.soap ?? 'InvalidUser', 'The user cannot be found.', undefined, []);
}

function user(code: string, text: string, target: string | undefined, settings: readonly XmlNode[]): XmlNode {
  return a('UserResponse', [
    a('ErrorCode', code),
    a('ErrorMessage', text),
    ...(target === undefined ? [] : [a('RedirectTarget', target)]),
    a('UserSettingErrors', []),
    a('UserSettings', settings),
  ]);
}

function setting(name: string, value: string): XmlNode {
  const type = { 'i:type': 'StringSetting', 'xmlns:i': 'http://www.w3.org/2001/XMLSchema-instance' };
  return a('UserSetting', [a('Name', name), a('Value', value)], type);
}

function a(name: string, inside: string | readonly XmlNode[], attributes?: Record<string, string>): XmlNode {
  return element(A, name, inside, attributes);
}
