import type { Buffer } from 'node:buffer';

export interface Sender {
  readonly name?: string | undefined;
  readonly address?: string | undefined;
}

/** Which element GetItem answers with, and the item class. `report`, `report-item`: it could not be delivered. */
export type ItemKind =
  | 'message'
  | 'meeting'
  | 'appointment'
  | 'report'
  | 'report-item'
  | 'delayed'
  | 'delivered'
  | 'read-receipt'
  | 'post'
  | 'task';
export type Sensitivity = 'Normal' | 'Personal' | 'Private' | 'Confidential';

export interface Item {
  /** Uncompressed form. */
  id: string;
  folder: string;
  readonly from?: Sender | undefined;
  readonly subject?: string | undefined;
  readonly body?: string | undefined;
  readonly kind: ItemKind;
  readonly sensitivity: Sensitivity;
  readonly receivedAt: number;
  readonly conversationId: string;
  isRead: boolean;
  readonly isDraft: boolean;
  /** ResponseCode that GetItem answers with about this item, until cleared. */
  fault?: string | undefined;
  changes: number;
}

export interface Folder {
  readonly name: string;
  readonly id: string;
  readonly counter: number;
  changes: number;
}

export interface Mailbox {
  readonly email: string;
  readonly guid: string;
  readonly databaseGuid: Buffer;
  readonly eventLogId: Buffer;
  readonly folders: Map<string, Folder>;
  readonly items: Map<string, Item>;
  /** False: an account of the directory without a mailbox. */
  readonly hasMailbox: boolean;
  password: string;
  username: string;
  domain: string;
  /** SHA-256 of the client certificate's DER, hex; undefined: none is accepted. */
  certificateSha256?: string | undefined;
  /** Basic alone is not enough: the connection has to show the certificate too. */
  certificateRequired: boolean;
  /** Where it lives: '' is this origin's ordinary path, else `/site/<name>/EWS/Exchange.asmx`. */
  site: string;
  /** Answered to every request until cleared; vocabulary in faults/vocabulary.ts. */
  fault?: string | undefined;
  subscriptionLimit: number;
  eventCounter: bigint;
  itemCounter: number;
  /** All failed logons, ever. */
  failedLogons: number;
  failuresInARow: number;
  lockedOut: boolean;
}

export interface NewMailbox {
  readonly email: string;
  readonly password: string;
  /** Default: the e-mail address. */
  readonly username?: string | undefined;
  /** NetBIOS domain of the user. Default EXAMPLE. */
  readonly domain?: string | undefined;
  /** Default true. */
  readonly hasMailbox?: boolean | undefined;
  readonly certificateSha256?: string | undefined;
  readonly certificateRequired?: boolean | undefined;
  /** EWSMaxSubscriptions. Default 5000, as on-premises since 2013. */
  readonly subscriptionLimit?: number | undefined;
}

export interface NewItem {
  readonly from?: Sender | undefined;
  readonly subject?: string | undefined;
  readonly body?: string | undefined;
  readonly kind?: ItemKind | undefined;
  readonly sensitivity?: Sensitivity | undefined;
  readonly isRead?: boolean | undefined;
  readonly isDraft?: boolean | undefined;
  /** Folder that it arrives in. Default inbox. */
  readonly folder?: string | undefined;
}

export type EventType =
  | 'CopiedEvent'
  | 'CreatedEvent'
  | 'DeletedEvent'
  | 'ModifiedEvent'
  | 'MovedEvent'
  | 'NewMailEvent'
  | 'FreeBusyChangedEvent';

export interface ObjectReference {
  readonly id: string;
  readonly changeKey: string;
}

/** Something that happened in a mailbox; watermarks are given when it is queued. */
export interface StoreEvent {
  readonly type: EventType;
  readonly at: number;
  readonly kind: 'item' | 'folder';
  readonly target: ObjectReference;
  readonly parent: ObjectReference;
  readonly old?: { readonly target: ObjectReference; readonly parent: ObjectReference } | undefined;
  readonly unreadCount?: number | undefined;
  /** Names of the folders whose watchers see it. */
  readonly seenIn: readonly string[];
  readonly counter: bigint;
}
