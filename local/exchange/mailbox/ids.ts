import { randomBytes } from 'node:crypto';

/**
 * Identifiers in the shape of the real ones (MS-OXCEXT 2.2.6.1, MS-OXWSITEMID): a compression byte, the storage
 * type "mailbox GUID based" (3), the mailbox GUID as text, a processing byte, and a MAPI entry id. The same bytes
 * can be written run-length compressed: `AAMk…` and `AQMk…` are one object.
 */
const STORAGE_MAILBOX_GUID = 3;

const PROVIDER = Buffer.from('390530e3f63a01446aa5d382c9bed1ff', 'hex');

/** A folder's id: entry id of 46 bytes. */
export function folderId(mailboxGuid: string, databaseGuid: Buffer, counter: number): string {
  const entry = Buffer.concat([
    Buffer.alloc(4),
    PROVIDER,
    Buffer.from([1, 0]),
    databaseGuid,
    sixBytes(counter),
    Buffer.alloc(2),
  ]);
  return wrapEntryId(mailboxGuid, entry);
}

/** An item's id: entry id of 70 bytes, which holds its folder; moving an item therefore changes its id. */
export function itemId(
  mailboxGuid: string,
  databaseGuid: Buffer,
  folderCounter: number,
  counter: number,
): string {
  const entry = Buffer.concat([
    Buffer.alloc(4),
    PROVIDER,
    Buffer.from([7, 0]),
    databaseGuid,
    sixBytes(folderCounter),
    Buffer.alloc(2),
    databaseGuid,
    sixBytes(counter),
    Buffer.alloc(2),
  ]);
  return wrapEntryId(mailboxGuid, entry);
}

export function conversationId(mailboxGuid: string): string {
  const head = Buffer.from([0, 4, 0x24, 0]);
  return Buffer.concat([
    head,
    Buffer.from(mailboxGuid, 'ascii'),
    Buffer.from([0, 16, 0]),
    randomBytes(16),
  ]).toString('base64');
}

export function changeKey(kind: 'item' | 'folder', changes: number, databaseGuid: Buffer): string {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(kind === 'item' ? 9 : 1, 0);
  head.writeUInt32LE(22, 4);
  return Buffer.concat([head, databaseGuid, sixBytes(changes)]).toString('base64');
}

/** The id around a MAPI entry id. */
export function wrapEntryId(mailboxGuid: string, entry: Buffer): string {
  const guid = Buffer.from(mailboxGuid, 'ascii');
  const head = Buffer.from([0, STORAGE_MAILBOX_GUID, guid.length, 0]);
  const middle = Buffer.from([0, entry.length, 0]);
  return Buffer.concat([head, guid, middle, entry]).toString('base64');
}

/** What is inside an id; undefined where it is none of ours. */
export function itemIdParts(
  id: string,
): { readonly mailboxGuid: string; readonly entry: Buffer } | undefined {
  const bytes = Buffer.from(canonicalId(id), 'base64');
  const guidEnd = 4 + (bytes[2] ?? 0);
  const entry = bytes.subarray(guidEnd + 3);
  const isOurs = bytes[1] === STORAGE_MAILBOX_GUID && entry.length > 0 && entry.length === bytes[guidEnd + 1];
  return isOurs ? { mailboxGuid: bytes.toString('ascii', 4, guidEnd), entry } : undefined;
}

function sixBytes(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}

/**
 * The same id, run-length compressed (`AQMk…`): of equal neighbours two are kept, followed by the count of the others.
 * Exchange compresses only where that is shorter; here it is done always, so that a test can rely on it.
 */
export function compressId(id: string): string {
  const bytes = Buffer.from(id, 'base64');
  if (bytes[0] !== 0) return id;
  const out: number[] = [1];
  for (let at = 1; at < bytes.length; ) {
    const value = bytes[at] ?? 0;
    let run = 1;
    while (at + run < bytes.length && bytes[at + run] === value && run < 257) run += 1;
    if (run === 1) out.push(value);
    else out.push(value, value, run - 2);
    at += run;
  }
  return Buffer.from(out).toString('base64');
}

/** The uncompressed form of either spelling; what is no such id comes back as it is. */
export function canonicalId(id: string): string {
  const bytes = Buffer.from(id, 'base64');
  if (bytes[0] !== 1) return id;
  const out: number[] = [0];
  for (let at = 1; at < bytes.length; at += 1) {
    const value = bytes[at] ?? 0;
    out.push(value);
    if (bytes[at + 1] !== value) continue;
    for (let more = -1; more < (bytes[at + 2] ?? 0); more += 1) out.push(value);
    at += 2;
  }
  return Buffer.from(out).toString('base64');
}

/** 40 characters: version, an id of the event log, a counter that only grows. */
export function watermark(logId: Buffer, counter: bigint): string {
  const bytes = Buffer.alloc(29);
  bytes.writeUInt32LE(1, 0);
  logId.copy(bytes, 4, 0, 16);
  bytes.writeBigUInt64LE(counter, 20);
  bytes[28] = 1;
  return bytes.toString('base64');
}

/** Subscription id as Exchange 2013 and later make it: server name, GUID, .NET ticks, mailbox GUID. */
export function exchangeSubscriptionId(serverName: string, nowMs: number, mailboxGuid: string): string {
  const name = Buffer.from(serverName, 'ascii');
  const head = Buffer.alloc(2);
  head.writeUInt16LE(name.length);
  const size = Buffer.from([16, 0, 0, 0]);
  const ticks = Buffer.alloc(8);
  ticks.writeBigUInt64LE((BigInt(Math.trunc(nowMs)) + 62_135_596_800_000n) * 10_000n);
  const mailbox = Buffer.from(mailboxGuid.replaceAll('-', ''), 'hex');
  return Buffer.concat([head, name, size, randomBytes(16), ticks, size, mailbox]).toString('base64');
}
