/** What is fetched of a mail, for the moment of one request. */
export interface Mail {
  readonly itemId: string;
  readonly parentFolderId?: string | undefined;
  readonly conversationId?: string | undefined;
  /** Absent for meetings, reports and posts without a sender. */
  readonly sender?: { readonly name?: string | undefined; readonly address?: string | undefined } | undefined;
  readonly subject?: string | undefined;
  readonly isRead: boolean;
  readonly isDraft: boolean;
  readonly sensitivity: 'normal' | 'personal' | 'private' | 'confidential';
  /** `report`: it was not delivered, or is delayed. `receipt`: it was delivered or read, which is no news. */
  readonly kind: 'message' | 'meeting' | 'report' | 'receipt' | 'other';
}

/** One entry per requested id, in the order of the request. */
export type MailLookup =
  | { readonly kind: 'mail'; readonly mail: Mail }
  | { readonly kind: 'gone'; readonly itemId: string }
  /** Exchange answered with another item than this one: it may be somebody else's. */
  | { readonly kind: 'foreign'; readonly itemId: string }
  /** Exchange answered, but not with something we can show. */
  | { readonly kind: 'unreadable'; readonly itemId: string };
