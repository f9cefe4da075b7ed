/** What this browser remembers: one table of an IndexedDB, shared by page and service worker. */

const DATABASE = 'ens';
const TABLE = 'kept';

export interface Mailbox {
  readonly registrationId: string;
  readonly email: string;
  readonly username: string;
  /** As the service answered it. */
  readonly ewsUrl: string;
  /** ISO time from which on the registration has to be renewed. */
  readonly renewAfter: string;
  readonly content: 'subject-and-sender' | 'sender' | 'none';
  readonly sound: boolean;
  /** Random, made anew with every sign-in. */
  readonly credentialsVersion: string;
  /** The push subscription that the service knows, as text; another one has to be registered. */
  readonly subscription: string;
}

export interface Kept {
  readonly apiToken: string;
  readonly deviceId: string;
  readonly mailboxes: readonly Mailbox[];
  /** AES-GCM, not extractable: seals the sign-ins that stay on this device. */
  readonly signInKey: CryptoKey;
  readonly webMailUrl: string;
  readonly applicationServerKey: string;
}

export async function read<K extends keyof Kept>(key: K): Promise<Kept[K] | undefined> {
  return request<Kept[K] | undefined>('readonly', (table) => table.get(key));
}

export async function write<K extends keyof Kept>(key: K, value: Kept[K]): Promise<void> {
  await request('readwrite', (table) => table.put(value, key));
}

export interface SealedSignIn {
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly sealed: ArrayBuffer;
}

export async function readSignIn(email: string): Promise<SealedSignIn | undefined> {
  return request<SealedSignIn | undefined>('readonly', (table) => table.get(`sign-in:${email}`));
}

export async function writeSignIn(email: string, value: SealedSignIn): Promise<void> {
  await request('readwrite', (table) => table.put(value, `sign-in:${email}`));
}

export async function forgetSignIn(email: string): Promise<void> {
  await request('readwrite', (table) => table.delete(`sign-in:${email}`));
}

/** The mailbox replaced or added, by its address. */
export async function saveMailbox(mailbox: Mailbox): Promise<void> {
  const others = (await readMailboxes()).filter(({ email }) => email !== mailbox.email);
  await write('mailboxes', [...others, mailbox]);
}

export async function forgetMailbox(email: string): Promise<void> {
  const mailboxes = await readMailboxes();
  await write(
    'mailboxes',
    mailboxes.filter((mailbox) => mailbox.email !== email),
  );
  await forgetSignIn(email);
}

export async function readMailboxes(): Promise<readonly Mailbox[]> {
  return (await read('mailboxes')) ?? [];
}

let opening: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => void asked.result.createObjectStore(TABLE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opening;
}

async function request<T>(mode: IDBTransactionMode, ask: (table: IDBObjectStore) => IDBRequest): Promise<T> {
  const database = await open();
  return new Promise((resolve, reject) => {
    const asked = ask(database.transaction(TABLE, mode).objectStore(TABLE));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
