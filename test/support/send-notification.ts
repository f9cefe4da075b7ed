/** One event of a hand-written callback: its element, and what stands inside. */
export interface HandEvent {
  readonly type: string;
  readonly item?: string | undefined;
  readonly folder?: string | undefined;
  readonly unread?: number | undefined;
  readonly watermark?: string | undefined;
  /** Epoch ms. */
  readonly at?: number | undefined;
}

export type HandMessage =
  | { readonly events: readonly HandEvent[]; readonly previous?: string; readonly more?: boolean }
  /** `values` of MessageXml; the subscription id is one of them, where Exchange names it. */
  | { readonly error: string; readonly text?: string; readonly values?: Readonly<Record<string, string>> };

/** A SendNotification request as Exchange words it, for what the simulated server has no reason to say. */
export function sendNotification(messages: readonly HandMessage[]): string {
  const body = messages.map(messageXml).join('');
  return `<?xml version="1.0" encoding="utf-8"?><soap11:Envelope xmlns:soap11="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><soap11:Header><t:RequestServerVersion Version="Exchange2013"/></soap11:Header><soap11:Body><m:SendNotification><m:ResponseMessages>${body}</m:ResponseMessages></m:SendNotification></soap11:Body></soap11:Envelope>`;
}

function messageXml(message: HandMessage): string {
  if ('error' in message) {
    const values = Object.entries(message.values ?? {})
      .map(([name, value]) => `<t:Value Name="${name}">${value}</t:Value>`)
      .join('');
    return `<m:SendNotificationResponseMessage ResponseClass="Error"><m:MessageText>${message.text ?? 'It failed.'}</m:MessageText><m:ResponseCode>${message.error}</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey><m:MessageXml>${values}</m:MessageXml></m:SendNotificationResponseMessage>`;
  }
  const previous =
    message.previous === undefined ? '' : `<t:PreviousWatermark>${message.previous}</t:PreviousWatermark>`;
  const more = `<t:MoreEvents>${message.more === true}</t:MoreEvents>`;
  return `<m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Notification><t:SubscriptionId>AAAA</t:SubscriptionId>${previous}${more}${message.events.map(eventXml).join('')}</m:Notification></m:SendNotificationResponseMessage>`;
}

function eventXml({ type, item, folder, unread, watermark, at }: HandEvent): string {
  const parts = [
    watermark === undefined ? '' : `<t:Watermark>${watermark}</t:Watermark>`,
    at === undefined ? '' : `<t:TimeStamp>${new Date(at).toISOString()}</t:TimeStamp>`,
    item === undefined ? '' : `<t:ItemId Id="${item}"/>`,
    item === undefined && folder !== undefined ? `<t:FolderId Id="${folder}"/>` : '',
    folder === undefined ? '' : `<t:ParentFolderId Id="${folder}"/>`,
    unread === undefined ? '' : `<t:UnreadCount>${unread}</t:UnreadCount>`,
  ];
  return `<t:${type}>${parts.join('')}</t:${type}>`;
}
