import { once } from 'node:events';
import { Agent, createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import { createExchange, type Exchange } from '../../local/exchange/exchange.ts';
import type { Modes } from '../../local/exchange/modes.ts';
import { parseXml, type XmlElement } from '../../local/exchange/soap/xml-tree.ts';
import { type CallLog, createCallLog } from '../../local/world/calls.ts';
import { createClock, type WorldClock } from '../../local/world/clock.ts';
import { createFaultBoard, type FaultBoard } from '../../local/world/faults.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ReceivedCallback {
  readonly headers: readonly string[];
  readonly url: string;
  readonly method: string;
  readonly httpVersion: string;
  readonly body: string;
}

/** A simulated Exchange on a port of its own, with a listener for its callbacks. */
export interface ExchangeBench {
  readonly exchange: Exchange;
  readonly clock: WorldClock;
  readonly calls: CallLog;
  readonly faults: FaultBoard;
  readonly origin: string;
  readonly callbackUrl: string;
  readonly received: ReceivedCallback[];
  /** What the listener answers from now on. Default: 200 and OK. */
  listenerAnswers(answer: (callback: ReceivedCallback) => { status: number; body: string }): void;
  /** POSTs to the server; rejects where the connection is cut. */
  send(path: string, options: SendOptions): Promise<Answer>;
  /** POSTs a SOAP request to the EWS URL. */
  ews(body: string, options?: SendOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface SendOptions {
  readonly method?: string | undefined;
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly agent?: Agent | undefined;
}

export function listenerAnswer(status: string): { status: number; body: string } {
  const result = `<SendNotificationResult xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"><SubscriptionStatus>${status}</SubscriptionStatus></SendNotificationResult>`;
  return {
    status: 200,
    body: `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${result}</s:Body></s:Envelope>`,
  };
}

export async function startExchangeBench(modes: Partial<Modes> = {}): Promise<ExchangeBench> {
  const clock = createClock();
  const calls = createCallLog();
  const faults = createFaultBoard();
  const received: ReceivedCallback[] = [];
  let answer: (callback: ReceivedCallback) => { status: number; body: string } = () => listenerAnswer('OK');

  const listener = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const callback = {
        headers: incoming.rawHeaders,
        url: incoming.url ?? '',
        method: incoming.method ?? '',
        httpVersion: incoming.httpVersion,
        body: Buffer.concat(parts).toString('utf8'),
      };
      received.push(callback);
      const { status, body } = answer(callback);
      outgoing.writeHead(
        status,
        status === 302 ? { Location: '/elsewhere' } : { 'Content-Type': 'text/xml; charset=utf-8' },
      );
      outgoing.end(body);
    });
  });
  const server = createServer((incoming, outgoing) => {
    exchange.handle(incoming, outgoing, (incoming.url ?? '').replace(/^\/exchange/, ''));
  });
  const origin = `${await listen(server)}/exchange`;
  const callbackUrl = `${await listen(listener)}/callback/one?x=1`;
  const exchange = createExchange({ clock, calls, faults, origin: () => origin, modes });

  return {
    exchange,
    clock,
    calls,
    faults,
    origin,
    callbackUrl,
    received,
    listenerAnswers(next) {
      answer = next;
    },
    send: (path, options) => send(origin + path, options),
    ews: (body, options = {}) => send(`${origin}/EWS/Exchange.asmx`, { ...options, body }),
    async close() {
      exchange.close();
      clock.close();
      for (const one of [server, listener]) {
        one.close();
        one.closeAllConnections();
      }
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

function send(url: string, options: SendOptions): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request(url, {
    method: options.method ?? 'POST',
    headers: { 'Content-Type': 'text/xml; charset=utf-8', ...options.headers },
    agent: options.agent ?? new Agent(),
  });
  outgoing.on('error', reject);
  outgoing.on('response', (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('error', reject);
    response.on('end', () => {
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(parts).toString('utf8'),
      });
    });
  });
  outgoing.end(options.body ?? '');
  return promise;
}

export function basic(username: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

const NAMESPACES =
  'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"';

/** A request with the version header of Exchange 2013 SP1. */
export function soapRequest(operation: string, version = 'Exchange2013_SP1'): string {
  return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope ${NAMESPACES}><soap:Header><t:RequestServerVersion Version="${version}"/></soap:Header><soap:Body>${operation}</soap:Body></soap:Envelope>`;
}

export const GET_INBOX = soapRequest(
  '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="folder:UnreadCount"/></t:AdditionalProperties></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>',
);

const ITEM_FIELDS = [
  'item:Subject',
  'item:ParentFolderId',
  'item:ItemClass',
  'item:Sensitivity',
  'item:DateTimeReceived',
  'item:ConversationId',
  'message:From',
  'message:Sender',
  'message:IsRead',
];

export function getItems(ids: readonly string[], fields: readonly string[] = ITEM_FIELDS): string {
  const properties = fields.map((field) => `<t:FieldURI FieldURI="${field}"/>`).join('');
  const itemIds = ids.map((id) => `<t:ItemId Id="${id}"/>`).join('');
  return soapRequest(
    `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${properties}</t:AdditionalProperties></m:ItemShape><m:ItemIds>${itemIds}</m:ItemIds></m:GetItem>`,
  );
}

export function subscribeRequest(
  url: string,
  options: {
    readonly eventTypes?: readonly string[];
    readonly statusFrequencyMinutes?: number;
    readonly version?: string;
  } = {},
): string {
  const types = (
    options.eventTypes ?? [
      'NewMailEvent',
      'CreatedEvent',
      'ModifiedEvent',
      'MovedEvent',
      'DeletedEvent',
      'CopiedEvent',
    ]
  )
    .map((type) => `<t:EventType>${type}</t:EventType>`)
    .join('');
  return soapRequest(
    `<m:Subscribe><m:PushSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="inbox"/></t:FolderIds><t:EventTypes>${types}</t:EventTypes><t:StatusFrequency>${options.statusFrequencyMinutes ?? 30}</t:StatusFrequency><t:URL>${url.replaceAll('&', '&amp;')}</t:URL></m:PushSubscriptionRequest></m:Subscribe>`,
    options.version,
  );
}

/** Every element of that local name, in document order. */
export function elements(xml: string | XmlElement, name: string): XmlElement[] {
  const root = typeof xml === 'string' ? parseXml(xml.replace(/^\uFEFF/, '')) : xml;
  const own = root.name === name ? [root] : [];
  return [...own, ...root.children.flatMap((child) => elements(child, name))];
}

/** The text of the first element of that local name. */
export function textOf(xml: string | XmlElement, name: string): string | undefined {
  return elements(xml, name)[0]?.text;
}
