/**
 * Grammars of the opaque texts that a server names things by. Real servers write Base64 (Exchange, gromox), GUIDs
 * (Exchange 2007) or short words (WorkMail); the lengths leave room (MS-OXWSITEMID, section 2.1: 1,024 bytes).
 */
const ID = /^[A-Za-z0-9+/=_.:@~|{}-]{1,2048}$/;
const WATERMARK = /^[A-Za-z0-9+/=_.:@~|{}-]{1,512}$/;

/** Whether a server would write this as the id of an item, a folder or a conversation. */
export function isServerId(text: string): boolean {
  return ID.test(text);
}

/** The text, where a server would write it as a watermark. */
export function watermarkOf(text: string | undefined): string | undefined {
  return text !== undefined && WATERMARK.test(text) ? text : undefined;
}

/** The text, where a server would write it as an id. */
export function serverId(text: string | undefined): string | undefined {
  return text !== undefined && isServerId(text) ? text : undefined;
}
