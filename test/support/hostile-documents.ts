import { AUTODISCOVER_ANSWER, EWS_ANSWER } from '#adapters/ews/answer-xml.ts';
import { CALLBACK_BODY } from '#adapters/ews/incoming/read-notification.ts';
import type { XmlLimits } from '#adapters/ews/xml.ts';

const SOAP =
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Body>';
const SUCCESS = 'ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>';

/** A document that the parser's reader understands, with room for `inner` where most is made of it. */
interface Frame {
  readonly before: string;
  readonly after: string;
  /** Ends what holds `inner`, and begins the next. */
  readonly again: string;
}

/** Frames and limits of each parser of XML, by the name under which the child process knows it. */
export const XML_PARSERS: Readonly<Record<string, { readonly frame: Frame; readonly limits: XmlLimits }>> = {
  callback: {
    limits: CALLBACK_BODY,
    frame: {
      before: `${SOAP}<m:SendNotification><m:ResponseMessages><m:SendNotificationResponseMessage ${SUCCESS}<m:Notification>`,
      after:
        '</m:Notification></m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification></s:Body></s:Envelope>',
      again: `</m:Notification></m:SendNotificationResponseMessage><m:SendNotificationResponseMessage ${SUCCESS}<m:Notification>`,
    },
  },
  ews: {
    limits: EWS_ANSWER,
    frame: {
      before: `${SOAP}<m:GetItemResponse><m:ResponseMessages><m:GetItemResponseMessage ${SUCCESS}<m:Items><t:Message><t:ItemId Id="AAMk0"/>`,
      after:
        '</t:Message></m:Items></m:GetItemResponseMessage></m:ResponseMessages></m:GetItemResponse></s:Body></s:Envelope>',
      again: `</t:Message></m:Items></m:GetItemResponseMessage><m:GetItemResponseMessage ${SUCCESS}<m:Items><t:Message>`,
    },
  },
  pox: {
    limits: AUTODISCOVER_ANSWER,
    frame: {
      before: '<Autodiscover xmlns:t="t"><Response><Account><Action>settings</Action><Protocol>',
      after: '</Protocol></Account></Response></Autodiscover>',
      again: '</Protocol><Protocol>',
    },
  },
  soap: {
    limits: AUTODISCOVER_ANSWER,
    frame: {
      before: `${SOAP}<Response><ErrorCode>NoError</ErrorCode><UserResponse><UserSettings>`,
      after: '</UserSettings></UserResponse></Response></s:Body></s:Envelope>',
      again: '</UserSettings></UserResponse><UserResponse><UserSettings>',
    },
  },
};

/** Characters that `maxStops` counts. */
const STOPS = /["'\r\n\t\-\]?]/g;

/** Documents that reach one bound of `limits` each, or several, and pass none: whatever costs memory. */
export function documentsAtTheBounds(
  { before, after, again }: Frame,
  limits: XmlLimits,
): ReadonlyMap<string, string> {
  const around = before + after;
  const room = limits.maxBytes - Buffer.byteLength(around);
  const markup = limits.maxMarkup - countOf('<', around);
  const stops = limits.maxStops - countOf(STOPS, around);
  const depth = limits.maxDepth - 20;
  const fill = (piece: (index: number) => string, count: number): string =>
    Array.from({ length: Math.floor(count) }, (_, index) => piece(index)).join('');
  const attributes = (count: number) => fill((index) => ` a${index}=""`, count);
  const name = (index: number, length: number) => `n${index}`.padEnd(length, 'x');
  const longName = Math.floor(room / markup) - 4;
  const perElement = limits.maxAttributes - 1;
  const elements = Math.min(markup, stops / 2 / perElement);
  const events = Math.min(markup / 3, stops / 2, room / 64);
  const inner: Readonly<Record<string, string>> = {
    'empty elements': fill(() => '<a/>', markup),
    'empty elements of the schema': fill(() => '<t:Subject/>', Math.min(markup, room / 12)),
    'elements with a long name each': fill((index) => `<${name(index, longName)}/>`, markup),
    'elements in elements': fill(() => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`, markup / depth / 2),
    'attributes without value': fill(() => `<a${attributes(perElement)}/>`, elements),
    'long attributes': fill(
      () => `<a b="${'x'.repeat(limits.maxAttributeLength)}"/>`,
      room / (limits.maxAttributeLength + 9),
    ),
    'a namespace for each element': fill((index) => `<a xmlns="u${index}"/>`, Math.min(markup, stops / 2)),
    references: fill(() => '&lt;', Math.min(limits.maxReferences, room / 4)),
    'one long text': `<t:Subject>${'x'.repeat(room - 30)}</t:Subject>`,
    'text of wide characters': `<t:Subject>${'件'.repeat((room - 30) / 3)}</t:Subject>`,
    'pieces of text': `<a>${fill(() => '<![CDATA[x]]>', Math.min(markup - 2, stops / 2))}</a>`,
    events: fill((index) => `<t:NewMailEvent><t:ItemId Id="AAMk${index}"/></t:NewMailEvent>`, events),
    'the same again': fill(
      () => again,
      Math.min(markup / countOf('<', again), stops / Math.max(1, countOf(STOPS, again)), room / again.length),
    ),
  };
  return new Map(Object.entries(inner).map(([title, text]) => [title, before + text + after]));
}

function countOf(what: string | RegExp, text: string): number {
  return text.split(what).length - 1;
}

/** JSON of that many bytes, in the shapes that cost most. */
export function jsonOf(bytes: number): ReadonlyMap<string, string> {
  const inner: Readonly<Record<string, string>> = {
    'arrays in arrays': '['.repeat(bytes / 2) + ']'.repeat(bytes / 2),
    'objects in objects': `${'{"a":'.repeat(bytes / 7)}1${'}'.repeat(bytes / 7)}`,
    'arrays without end': '['.repeat(bytes),
    'many members': `{${Array.from({ length: bytes / 13 }, (_, index) => `"k${String(index).padStart(6, '0')}":1`).join()}}`,
    'empty objects': `[${'{},'.repeat(bytes / 3 - 2)}{}]`,
    'one long text': JSON.stringify('x'.repeat(bytes - 2)),
    escapes: `"${'\\u0041'.repeat(bytes / 6 - 2)}"`,
    'the name of every prototype': `{${'"__proto__":{},'.repeat(bytes / 15 - 2)}"a":1}`,
  };
  return new Map(Object.entries(inner));
}
