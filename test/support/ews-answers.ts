/** Whole answers of an Exchange server as a test needs them, written by hand after the schema. */

const TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types';
const MESSAGES = 'http://schemas.microsoft.com/exchange/services/2006/messages';

export function soap(body: string): string {
  return (
    `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">` +
    `<s:Header><h:ServerVersionInfo MajorVersion="15" MinorVersion="1" MajorBuildNumber="2507" MinorBuildNumber="6" ` +
    `Version="V2017_07_11" xmlns:h="${TYPES}"/></s:Header>` +
    `<s:Body xmlns:m="${MESSAGES}" xmlns:t="${TYPES}">${body}</s:Body></s:Envelope>`
  );
}

function message(name: string, inner: string): string {
  return soap(
    `<m:${name}Response><m:ResponseMessages><m:${name}ResponseMessage ResponseClass="Success">` +
      `<m:ResponseCode>NoError</m:ResponseCode>${inner}</m:${name}ResponseMessage></m:ResponseMessages></m:${name}Response>`,
  );
}

/** An error in a response message, HTTP 200. */
export function errorMessage(
  name: string,
  code: string,
  values: Readonly<Record<string, string>> = {},
): string {
  const xml = Object.entries(values).map(([key, value]) => `<t:Value Name="${key}">${value}</t:Value>`);
  return soap(
    `<m:${name}Response><m:ResponseMessages><m:${name}ResponseMessage ResponseClass="Error">` +
      `<m:MessageText>Der Vorgang ist fehlgeschlagen.</m:MessageText><m:ResponseCode>${code}</m:ResponseCode>` +
      `<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey><m:MessageXml>${xml.join('')}</m:MessageXml>` +
      `</m:${name}ResponseMessage></m:ResponseMessages></m:${name}Response>`,
  );
}

/** An error as SOAP fault, HTTP 500. */
export function faultAnswer(code: string, values: Readonly<Record<string, string>> = {}): string {
  const xml = Object.entries(values).map(([key, value]) => `<t:Value Name="${key}">${value}</t:Value>`);
  return soap(
    `<s:Fault><faultcode xmlns:a="${TYPES}">a:${code}</faultcode>` +
      `<faultstring xml:lang="de-DE">Der Server kann die Anforderung jetzt nicht bedienen.</faultstring>` +
      `<detail><e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors"> ${code} </e:ResponseCode>` +
      `<t:MessageXml>${xml.join('')}</t:MessageXml></detail></s:Fault>`,
  );
}

export function inboxAnswer(folderId: string, unread: number): string {
  return message(
    'GetFolder',
    `<m:Folders><t:Folder><t:FolderId Id="${folderId}" ChangeKey="AQAAAA=="/><t:UnreadCount>${unread}</t:UnreadCount>` +
      `</t:Folder></m:Folders>`,
  );
}

export function subscribeAnswer(subscriptionId: string, watermark: string): string {
  return message(
    'Subscribe',
    `<m:SubscriptionId>${subscriptionId}</m:SubscriptionId><m:Watermark>${watermark}</m:Watermark>`,
  );
}

export interface AnsweredItem {
  readonly element?: string | undefined;
  readonly id: string;
  readonly parent?: string | undefined;
  readonly itemClass?: string | undefined;
  /** Written as it is: may hold references. */
  readonly subject?: string | undefined;
  readonly from?: { readonly name: string; readonly address: string } | undefined;
  readonly error?: string | undefined;
}

export function itemsAnswer(items: readonly AnsweredItem[]): string {
  const messages = items.map(itemMessage).join('');
  return soap(`<m:GetItemResponse><m:ResponseMessages>${messages}</m:ResponseMessages></m:GetItemResponse>`);
}

function itemMessage(item: AnsweredItem): string {
  if (item.error !== undefined) {
    return (
      `<m:GetItemResponseMessage ResponseClass="Error"><m:MessageText>weg</m:MessageText>` +
      `<m:ResponseCode>${item.error}</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey><m:Items/>` +
      `</m:GetItemResponseMessage>`
    );
  }
  const element = item.element ?? 'Message';
  const from =
    item.from === undefined
      ? ''
      : `<t:From><t:Mailbox><t:Name>${item.from.name}</t:Name><t:EmailAddress>${item.from.address}</t:EmailAddress>` +
        `<t:RoutingType>SMTP</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType></t:Mailbox></t:From>`;
  return (
    `<m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items>` +
    `<t:${element}><t:ItemId Id="${item.id}" ChangeKey="CQ=="/>` +
    (item.parent === undefined ? '' : `<t:ParentFolderId Id="${item.parent}" ChangeKey="AQ=="/>`) +
    `<t:ItemClass>${item.itemClass ?? 'IPM.Note'}</t:ItemClass>` +
    (item.subject === undefined ? '' : `<t:Subject>${item.subject}</t:Subject>`) +
    `<t:Sensitivity>Normal</t:Sensitivity><t:DateTimeReceived>2026-11-22T09:30:00Z</t:DateTimeReceived>` +
    `<t:ConversationId Id="conv-1"/>${from}` +
    (element === 'Message' ? '<t:IsRead>false</t:IsRead>' : '') +
    `</t:${element}></m:Items></m:GetItemResponseMessage>`
  );
}
