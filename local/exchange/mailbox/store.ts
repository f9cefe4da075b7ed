import { canonicalId, changeKey, conversationId, folderId, itemId } from './ids.ts';
import { newMailbox } from './new-mailbox.ts';
import type { Folder, Item, Mailbox, NewItem, NewMailbox, ObjectReference, StoreEvent } from './types.ts';

/** All mailboxes of the server, and what users do in them. Every action reports its events in one call, in order. */
export interface MailboxStore {
  create(mailbox: NewMailbox): Mailbox;
  /** Undefined where nobody has this address; letter case does not matter. */
  find(email: string): Mailbox | undefined;
  /** Throws where nobody has this address. */
  get(email: string): Mailbox;
  all(): readonly Mailbox[];
  remove(email: string): void;
  /** Made where there is none yet; `inbox/projects` lies in the Inbox, whose watchers see what happens to it. */
  folder(mailbox: Mailbox, name: string): Folder;
  folderById(mailbox: Mailbox, id: string): Folder | undefined;
  item(mailbox: Mailbox, id: string): Item | undefined;
  unread(mailbox: Mailbox, folder: string): number;
  total(mailbox: Mailbox, folder: string): number;
  itemReference(mailbox: Mailbox, item: Item): ObjectReference;
  folderReference(mailbox: Mailbox, name: string): ObjectReference;
  deliver(email: string, mail: NewItem): { readonly itemId: string };
  setRead(email: string, id: string, isRead: boolean): void;
  failItem(email: string, id: string, code: string | undefined): void;
  /** Gives the new id. */
  move(email: string, id: string, toFolder: string): { readonly itemId: string };
  copy(email: string, id: string, toFolder: string): { readonly itemId: string };
  /** `deleted-items` and `soft` show as moves (2013 and later), `hard` as a deletion. */
  delete(email: string, id: string, how?: 'deleted-items' | 'soft' | 'hard'): void;
}

export const PARENT_OF_FOLDERS = 'msgfolderroot';

export function createMailboxStore(options: {
  now(): number;
  onEvents(mailbox: Mailbox, events: readonly StoreEvent[]): void;
}): MailboxStore {
  const mailboxes = new Map<string, Mailbox>();

  function get(email: string): Mailbox {
    const mailbox = mailboxes.get(email.toLowerCase());
    if (mailbox === undefined) throw new Error(`no such mailbox in the simulated Exchange: ${email}`);
    return mailbox;
  }

  function folder(mailbox: Mailbox, name: string): Folder {
    const existing = mailbox.folders.get(name);
    if (existing !== undefined) return existing;
    const counter = 0x0a00 + mailbox.folders.size;
    const id = folderId(mailbox.guid, mailbox.databaseGuid, counter);
    const made: Folder = { name, id, counter, changes: 1 };
    mailbox.folders.set(name, made);
    return made;
  }

  function present(mailbox: Mailbox, id: string): Item {
    const item = mailbox.items.get(canonicalId(id));
    if (item === undefined) throw new Error('no such item in the simulated Exchange');
    return item;
  }

  function itemReference(mailbox: Mailbox, item: Item): ObjectReference {
    return { id: item.id, changeKey: changeKey('item', item.changes, mailbox.databaseGuid) };
  }

  function folderReference(mailbox: Mailbox, name: string): ObjectReference {
    const found = folder(mailbox, name);
    return { id: found.id, changeKey: changeKey('folder', found.changes, mailbox.databaseGuid) };
  }

  function count(mailbox: Mailbox, name: string, counts: (item: Item) => boolean): number {
    let sum = 0;
    for (const item of mailbox.items.values()) if (item.folder === name && counts(item)) sum += 1;
    return sum;
  }
  const unread = (mailbox: Mailbox, name: string) => count(mailbox, name, (item) => !item.isRead);

  function nextItemId(mailbox: Mailbox, folderName: string): string {
    mailbox.itemCounter += 1;
    const { counter } = folder(mailbox, folderName);
    return itemId(mailbox.guid, mailbox.databaseGuid, counter, mailbox.itemCounter);
  }

  function stamp(mailbox: Mailbox): { at: number; counter: bigint } {
    mailbox.eventCounter += 1n;
    return { at: options.now(), counter: mailbox.eventCounter };
  }

  function itemEvent(mailbox: Mailbox, item: Item, type: StoreEvent['type']): StoreEvent {
    const parent = folderReference(mailbox, item.folder);
    const target = itemReference(mailbox, item);
    return { ...stamp(mailbox), type, kind: 'item', target, parent, seenIn: [item.folder] };
  }

  function folderEvent(mailbox: Mailbox, name: string): StoreEvent {
    folder(mailbox, name).changes += 1;
    const above = name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : PARENT_OF_FOLDERS;
    return {
      ...stamp(mailbox),
      type: 'ModifiedEvent',
      kind: 'folder',
      target: folderReference(mailbox, name),
      parent: folderReference(mailbox, above),
      unreadCount: unread(mailbox, name),
      seenIn: [name, above],
    };
  }

  function relocate(
    email: string,
    id: string,
    to: string,
    type: 'MovedEvent' | 'CopiedEvent',
  ): { itemId: string } {
    const mailbox = get(email);
    const item = present(mailbox, id);
    const from = item.folder;
    const old = { target: itemReference(mailbox, item), parent: folderReference(mailbox, from) };
    const moved: Item = { ...item, id: nextItemId(mailbox, to), folder: to, changes: item.changes + 1 };
    if (type === 'MovedEvent') mailbox.items.delete(item.id);
    mailbox.items.set(moved.id, moved);
    const event = { ...itemEvent(mailbox, moved, type), old, seenIn: [from, to] };
    const left = type === 'MovedEvent' ? [folderEvent(mailbox, from)] : [];
    options.onEvents(mailbox, [event, ...left, folderEvent(mailbox, to)]);
    return { itemId: moved.id };
  }

  return {
    create(input) {
      const mailbox = newMailbox(input);
      mailboxes.set(mailbox.email.toLowerCase(), mailbox);
      for (const name of [PARENT_OF_FOLDERS, 'inbox', 'deleteditems', 'drafts', 'sentitems'])
        folder(mailbox, name);
      return mailbox;
    },
    find: (email) => mailboxes.get(email.toLowerCase()),
    get,
    all: () => [...mailboxes.values()],
    remove: (email) => void mailboxes.delete(email.toLowerCase()),
    folder,
    folderById(mailbox, id) {
      const wanted = canonicalId(id);
      return [...mailbox.folders.values()].find((known) => known.id === wanted);
    },
    item: (mailbox, id) => mailbox.items.get(canonicalId(id)),
    unread,
    total: (mailbox, name) => count(mailbox, name, () => true),
    itemReference,
    folderReference,
    deliver(email, mail) {
      const mailbox = get(email);
      const name = mail.folder ?? 'inbox';
      const item: Item = {
        id: nextItemId(mailbox, name),
        folder: name,
        from: mail.from,
        subject: mail.subject,
        body: mail.body,
        kind: mail.kind ?? 'message',
        sensitivity: mail.sensitivity ?? 'Normal',
        receivedAt: options.now(),
        conversationId: conversationId(mailbox.guid),
        isRead: mail.isRead ?? false,
        isDraft: mail.isDraft ?? false,
        changes: mailbox.itemCounter,
      };
      mailbox.items.set(item.id, item);
      const created = itemEvent(mailbox, item, 'CreatedEvent');
      const arrived = itemEvent(mailbox, item, 'NewMailEvent');
      options.onEvents(mailbox, [created, arrived, folderEvent(mailbox, name)]);
      return { itemId: item.id };
    },
    failItem(email, id, code) {
      present(get(email), id).fault = code;
    },
    setRead(email, id, isRead) {
      const mailbox = get(email);
      const item = present(mailbox, id);
      if (item.isRead === isRead) return;
      item.isRead = isRead;
      item.changes += 1;
      const modified = itemEvent(mailbox, item, 'ModifiedEvent');
      options.onEvents(mailbox, [modified, folderEvent(mailbox, item.folder)]);
    },
    move: (email, id, toFolder) => relocate(email, id, toFolder, 'MovedEvent'),
    copy: (email, id, toFolder) => relocate(email, id, toFolder, 'CopiedEvent'),
    delete(email, id, how = 'deleted-items') {
      if (how === 'deleted-items') relocate(email, id, 'deleteditems', 'MovedEvent');
      else if (how === 'soft') relocate(email, id, 'recoverableitemsdeletions', 'MovedEvent');
      else {
        const mailbox = get(email);
        const item = present(mailbox, id);
        mailbox.items.delete(item.id);
        const deleted = itemEvent(mailbox, item, 'DeletedEvent');
        options.onEvents(mailbox, [deleted, folderEvent(mailbox, item.folder)]);
      }
    },
  };
}
