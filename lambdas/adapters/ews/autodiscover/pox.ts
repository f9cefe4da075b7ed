import { AUTODISCOVER_ANSWER, readAnswerXml } from '../answer-xml.ts';
import { writeXmlValue } from '../write-xml.ts';
import type { XmlElement } from '../xml.ts';
import { childOf, childText } from '../xml.ts';

/** What a server's autodiscover answer says, POX or SOAP. */
export type AutodiscoverAnswer =
  | { readonly kind: 'settings'; readonly ewsUrl: string }
  | { readonly kind: 'redirect-address'; readonly address: string }
  | { readonly kind: 'redirect-url'; readonly url: string }
  /** It understood the question and has no EWS URL for it; `code` is a plain word or number. */
  | { readonly kind: 'no'; readonly code: string }
  | { readonly kind: 'not-understood' };

const REQUEST = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006';
const RESPONSE = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

/** Outlook anywhere first, since that is how Exchange is reached from outside; then inside, then MAPI/HTTP. */
const PROTOCOLS = ['EXPR', 'EXCH', 'EXHTTP'] as const;

/** Body of a POX request ([MS-OXDSCLI], section 2.2.3). */
export function poxRequest(email: string): string {
  return (
    `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${REQUEST}"><Request>` +
    `<EMailAddress>${writeXmlValue(email)}</EMailAddress>` +
    `<AcceptableResponseSchema>${RESPONSE}</AcceptableResponseSchema></Request></Autodiscover>`
  );
}

/** Reads a POX answer ([MS-OXDSCLI], section 2.2.4). Only protocols directly beneath the account count. */
export function readPoxAnswer(body: Uint8Array): AutodiscoverAnswer {
  const root = readAnswerXml(body, AUTODISCOVER_ANSWER);
  const response = root?.name === 'Autodiscover' ? childOf(root, 'Response') : undefined;
  const error = childText(childOf(response, 'Error'), 'ErrorCode');
  if (error !== undefined) {
    return { kind: 'no', code: /^\d{1,5}$/.test(error) ? error : 'unknown' };
  }
  const account = childOf(response, 'Account');
  switch (childText(account, 'Action')?.toLowerCase()) {
    case 'redirectaddr':
      return withText('redirect-address', childText(account, 'RedirectAddr'));
    case 'redirecturl':
      return withText('redirect-url', childText(account, 'RedirectUrl'));
    default:
      return account === undefined ? { kind: 'not-understood' } : settingsOf(account);
  }
}

function settingsOf(account: XmlElement): AutodiscoverAnswer {
  const protocols = account.children.filter(({ name }) => name === 'Protocol');
  for (const type of PROTOCOLS) {
    const ewsUrl = protocols
      .filter((protocol) => childText(protocol, 'Type')?.toUpperCase() === type)
      .map((protocol) => childText(protocol, 'EwsUrl'))
      .find((url) => url !== undefined);
    if (ewsUrl !== undefined) {
      return { kind: 'settings', ewsUrl };
    }
  }
  return { kind: 'no', code: 'noEwsUrl' };
}

export function withText(
  kind: 'redirect-address' | 'redirect-url',
  text: string | undefined,
): AutodiscoverAnswer {
  if (text === undefined) {
    return { kind: 'not-understood' };
  }
  return kind === 'redirect-address' ? { kind, address: text } : { kind, url: text };
}
