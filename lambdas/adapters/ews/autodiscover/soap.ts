import { AUTODISCOVER_ANSWER, findElement, findElements, readAnswerXml } from '../answer-xml.ts';
import { codeWord } from '../error-codes.ts';
import { writeXmlValue } from '../write-xml.ts';
import type { XmlElement } from '../xml.ts';
import { childText } from '../xml.ts';
import type { AutodiscoverAnswer } from './pox.ts';
import { withText } from './pox.ts';

const AUTODISCOVER = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';
/** From outside first. */
const SETTINGS = ['ExternalEwsUrl', 'InternalEwsUrl'] as const;

export const SOAP_ACTION = `${AUTODISCOVER}/Autodiscover/GetUserSettings`;

/** Body of a GetUserSettings request ([MS-OXWSADISC], section 3.1.4.3) to `url`. */
export function soapRequest(email: string, url: string): string {
  const settings = SETTINGS.map((name) => `<a:Setting>${name}</a:Setting>`).join('');
  return (
    `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" ` +
    `xmlns:a="${AUTODISCOVER}" xmlns:wsa="http://www.w3.org/2005/08/addressing"><soap:Header>` +
    `<a:RequestedServerVersion>Exchange2010_SP1</a:RequestedServerVersion><wsa:Action>${SOAP_ACTION}</wsa:Action>` +
    `<wsa:To>${writeXmlValue(url)}</wsa:To></soap:Header><soap:Body><a:GetUserSettingsRequestMessage><a:Request>` +
    `<a:Users><a:User><a:Mailbox>${writeXmlValue(email)}</a:Mailbox></a:User></a:Users>` +
    `<a:RequestedSettings>${settings}</a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage>` +
    `</soap:Body></soap:Envelope>`
  );
}

/** Reads a GetUserSettings answer: the whole response's error, the user's, or the user's settings. */
export function readSoapAnswer(body: Uint8Array): AutodiscoverAnswer {
  const root = readAnswerXml(body, AUTODISCOVER_ANSWER);
  const response = findElement(root, 'Response');
  const user = findElement(response, 'UserResponse');
  const overall = childText(response, 'ErrorCode');
  if (overall !== undefined && overall !== 'NoError') {
    return { kind: 'no', code: codeWord(overall) };
  }
  if (user === undefined) {
    return { kind: 'not-understood' };
  }
  const code = childText(user, 'ErrorCode') ?? 'NoError';
  switch (code) {
    case 'RedirectAddress':
      return withText('redirect-address', childText(user, 'RedirectTarget'));
    case 'RedirectUrl':
      return withText('redirect-url', childText(user, 'RedirectTarget'));
    case 'NoError':
      return settingsOf(user);
    default:
      return { kind: 'no', code: codeWord(code) };
  }
}

function settingsOf(user: XmlElement): AutodiscoverAnswer {
  const settings = findElements(user, 'UserSetting');
  for (const name of SETTINGS) {
    const setting = settings.find((candidate) => childText(candidate, 'Name') === name);
    const ewsUrl = childText(setting, 'Value');
    if (ewsUrl !== undefined) {
      return { kind: 'settings', ewsUrl };
    }
  }
  return { kind: 'no', code: 'noEwsUrl' };
}
