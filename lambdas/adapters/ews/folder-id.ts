import { createHash } from 'node:crypto';

/** MS-OXWSITEMID, section 2.1: the first byte names the compression, the rest is at most this long. */
const MAX_DECODED_BYTES = 1024;
const NOT_COMPRESSED = 0;
const RUN_LENGTH = 1;

/**
 * Canonical form of an item or folder id: the bytes behind it. Exchange writes the same bytes plain (`AAMk…`)
 * or run-length compressed (`AQMk…`), both for one object of one mailbox. Ids of other servers, and whatever
 * does not decode, are their own canonical form: the text as given.
 */
export function canonicalId(id: string): Uint8Array | string {
  const bytes = Buffer.from(id, 'base64');
  if (bytes.toString('base64') !== id) return id;
  const [compression] = bytes;
  const rest = bytes.subarray(1);
  if (rest.length === 0 || rest.length > MAX_DECODED_BYTES) return id;
  if (compression === NOT_COMPRESSED) return new Uint8Array(rest);
  if (compression === RUN_LENGTH) return decompress(rest) ?? id;
  return id;
}

/** SHA-256 of the canonical form: equal for the two spellings of one id. */
export function folderIdSha256(id: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(canonicalId(id)).digest());
}

/** Whether two spellings name one object. */
export function isSameId(one: string, other: string): boolean {
  return one === other || Buffer.from(folderIdSha256(one)).equals(folderIdSha256(other));
}

/**
 * MS-OXCEXT, section 3.1.4.5: two equal bytes are followed by the number of further ones. Undefined where the
 * last count is missing or the result is longer than an id can be.
 */
function decompress(compressed: Uint8Array): Uint8Array | undefined {
  const out: number[] = [];
  for (let at = 0; at < compressed.length; at += 1) {
    if (out.length > MAX_DECODED_BYTES) return undefined;
    const byte = compressed[at] ?? 0;
    out.push(byte);
    if (compressed[at + 1] !== byte) continue;
    const further = compressed[at + 2];
    if (further === undefined) return undefined;
    for (let count = 0; count <= further; count += 1) out.push(byte);
    at += 2;
  }
  return out.length > MAX_DECODED_BYTES ? undefined : Uint8Array.from(out);
}
