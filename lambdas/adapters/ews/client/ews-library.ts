import type { ItemId as FetchedItemId, Item } from 'ews-javascript-api';
import {
  BasePropertySet,
  EmailMessage,
  EmailMessageSchema,
  EventType,
  ExchangeService,
  ExchangeVersion,
  Folder,
  FolderId,
  FolderSchema,
  ItemId,
  ItemSchema,
  PropertySet,
  Sensitivity,
  ServiceResult,
  Uri,
  WebCredentials,
  WellKnownFolderName,
} from 'ews-javascript-api';
import type { Mail } from '#domain/model/mail.ts';
import type { WantedEvents } from '#domain/model/subscription.ts';
import { isSameId } from '../folder-id.ts';
import { serverId, watermarkOf } from '../server-text.ts';
import type { LibraryTransport } from './library-transport.ts';
import { fillIn, placeholder } from './request-values.ts';

/** One entry of a GetItem answer. `foreign`: it is about another item than the one that was asked for. */
export type FetchedItem =
  | { readonly kind: 'mail'; readonly mail: Mail }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'none' };

/** The three EWS operations that we use. Each sends one request through its transport, or throws. */
export interface EwsCalls {
  getInbox(): Promise<{ readonly folderId: string; readonly unreadCount: number }>;
  subscribe(callbackUrl: string, statusFrequencyMinutes: number, events: WantedEvents): Promise<string>;
  getItems(itemIds: readonly string[]): Promise<readonly FetchedItem[]>;
}

/**
 * The only file that touches ews-javascript-api; import it dynamically, it costs most of a cold start.
 * A service object is made per operation, for one user, and never kept. The library never sees credentials (the
 * transport signs in), values that others chose (see request-values.ts) nor bytes of a server (the transport hands it
 * XML that was read strictly and written again).
 */
export function createEwsCalls(url: string, transport: LibraryTransport): EwsCalls {
  /** A service whose requests hold these values where it is given their placeholders. */
  function serviceWith(values: readonly string[]): ExchangeService {
    const service = new ExchangeService(ExchangeVersion.Exchange2010_SP2);
    service.XHRApi = {
      ...transport,
      async xhr(request: { data?: unknown }) {
        request.data = fillIn(String(request.data), values);
        return transport.xhr(request);
      },
    };
    service.Url = new Uri(url);
    service.Credentials = new WebCredentials('transport', 'signs in');
    service.SendClientLatencies = false;
    return service;
  }

  async function getInbox(): Promise<{ folderId: string; unreadCount: number }> {
    const properties = new PropertySet(BasePropertySet.IdOnly, [FolderSchema.UnreadCount]);
    const folder = await Folder.Bind(serviceWith([]), WellKnownFolderName.Inbox, properties);
    return { folderId: folder.Id.UniqueId, unreadCount: folder.UnreadCount };
  }

  async function subscribe(
    callbackUrl: string,
    statusFrequencyMinutes: number,
    events: WantedEvents,
  ): Promise<string> {
    const badge = [EventType.Modified, EventType.Moved, EventType.Deleted];
    const subscription = await serviceWith([callbackUrl]).SubscribeToPushNotifications(
      [new FolderId(WellKnownFolderName.Inbox)],
      new Uri(placeholder(0)),
      statusFrequencyMinutes,
      '',
      EventType.NewMail,
      ...(events === 'mail-and-badge' ? badge : []),
    );
    return watermarkOf(textOf(subscription.Watermark)) ?? '';
  }

  async function getItems(itemIds: readonly string[]): Promise<readonly FetchedItem[]> {
    const answer = await serviceWith(itemIds).BindToItems(
      itemIds.map((_id, index) => new ItemId(placeholder(index))),
      mailProperties(),
    );
    return answer.Responses.map((response, index) =>
      response.Result === ServiceResult.Error || !response.Item
        ? { kind: 'none' }
        : fetchedItem(itemIds[index] ?? '', response.Item),
    );
  }

  return { getInbox, subscribe, getItems };
}

function mailProperties(): PropertySet {
  return new PropertySet(BasePropertySet.IdOnly, [
    ItemSchema.Subject,
    ItemSchema.ParentFolderId,
    ItemSchema.ConversationId,
    ItemSchema.ItemClass,
    ItemSchema.Sensitivity,
    ItemSchema.IsDraft,
    EmailMessageSchema.From,
    EmailMessageSchema.IsRead,
  ]);
}

/** An answer about another item is somebody else's (a known defect of Exchange): nothing of it is read. */
function fetchedItem(itemId: string, item: Item): FetchedItem {
  return isSameId(textOf(optional(() => item.Id)?.UniqueId) ?? '', itemId)
    ? { kind: 'mail', mail: mailOf(itemId, item) }
    : { kind: 'foreign' };
}

function mailOf(itemId: string, item: Item): Mail {
  const message = item instanceof EmailMessage ? item : undefined;
  const from = optional(() => message?.From);
  const name = textOf(from?.Name);
  const address = textOf(from?.Address);
  return {
    itemId,
    parentFolderId: serverId(textOf(optional(() => item.ParentFolderId)?.UniqueId)),
    conversationId: conversationIdOf(item),
    sender:
      name === undefined && address === undefined
        ? undefined
        : { name, address: address?.includes('@') === true ? address : undefined },
    subject: textOf(optional(() => item.Subject)),
    isRead: optional(() => message?.IsRead) === true,
    isDraft: optional(() => item.IsDraft) === true,
    sensitivity: sensitivityOf(optional(() => item.Sensitivity)),
    kind: kindOf(textOf(optional(() => item.ItemClass)) ?? ''),
  };
}

function conversationIdOf(item: Item): string | undefined {
  const id: FetchedItemId | { UniqueId?: unknown } | undefined = optional(() => item.ConversationId);
  return serverId(textOf(id?.UniqueId));
}

function sensitivityOf(sensitivity: Sensitivity | undefined): Mail['sensitivity'] {
  switch (sensitivity) {
    case Sensitivity.Personal:
      return 'personal';
    case Sensitivity.Private:
      return 'private';
    case Sensitivity.Confidential:
      return 'confidential';
    default:
      return 'normal';
  }
}

/**
 * Read and not read (IPNRN, IPNNRN), delivered, relayed and expanded (DR), but not delayed (MS-OXCMAIL, section
 * 2.2.3.1.1). A report of any other class may say that a mail did not arrive.
 */
const RECEIPT = /\.(?:IPNN?RN|(?<!\.Delayed\.)DR)$/i;

function kindOf(itemClass: string): Mail['kind'] {
  if (/^IPM\.(?:Schedule\.Meeting|Appointment)/i.test(itemClass)) {
    return 'meeting';
  }
  if (/^REPORT\./i.test(itemClass)) {
    return RECEIPT.test(itemClass) ? 'receipt' : 'report';
  }
  return /^IPM\.Note/i.test(itemClass) ? 'message' : 'other';
}

/** The library's getters throw where the server left a property out. */
function optional<T>(read: () => T): T | undefined {
  try {
    return read() ?? undefined;
  } catch {
    return undefined;
  }
}

/** A duplicate element makes an array of a text, an empty one null. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
